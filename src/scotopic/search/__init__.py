"""Searches: what experiments exclude of a model."""
