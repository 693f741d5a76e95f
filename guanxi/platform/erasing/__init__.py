"""Erasing what is known of a person while the books stay right. See docs/adr/0037."""
