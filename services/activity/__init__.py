"""The activity service: meetings and who was there, class hours, oath ceremonies, heart-to-heart talks."""
