"""Planes: points, tiles, refinement, and the run cards that ask for them."""
