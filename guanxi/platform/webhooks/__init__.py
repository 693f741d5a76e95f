"""Other servers are told what changes here: signed, in order, until they have it."""
