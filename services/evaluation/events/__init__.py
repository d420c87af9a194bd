"""What the evaluation service announces: facts as events, resources in their public shape."""
