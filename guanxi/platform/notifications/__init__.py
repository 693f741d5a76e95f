"""What users are told of: who mentioned them, what became theirs, what they follow, what ended."""
