"""What customers allow: purposes, evidence, and the one answer to "may we?"."""
