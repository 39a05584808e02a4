"""How something dark is noticed: one file a signature."""
