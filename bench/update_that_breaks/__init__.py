"""An area of an imagined next version: its first migration goes well, its second fails."""
