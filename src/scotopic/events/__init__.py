"""Sampled events: mediators made in the target, and what they decay into."""
