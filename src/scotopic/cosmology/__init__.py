"""The early Universe: its heat content and what is left of the dark matter."""
