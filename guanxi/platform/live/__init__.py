"""Tells open browsers what changed, the moment it is committed, and who else is looking."""
