"""How customers hang together: what must hold of relationships, and what is drawn from them."""
