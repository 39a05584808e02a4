"""Partial widths of mediators, and the hadrons they decay into."""
