"""What the organization service announces: facts as events, resources in their public shape."""
