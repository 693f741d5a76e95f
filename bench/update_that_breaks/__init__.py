"""An area of an imagined next version: its first migration goes well, its second fails unless the
table that they make was there already, with a row in it."""
