"""A registered process counts for all models: the toy is imported for single tests alone."""

collect_ignore = ["flat_production.py"]
