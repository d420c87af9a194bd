"""What the activity service announces: facts as events, resources in their public shape."""
