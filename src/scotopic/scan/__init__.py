"""Planes over two parameters of a model."""
