"""Custom components, and the one from elsewhere."""
