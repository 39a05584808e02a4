"""Results for others: HEPData submissions and columnar files, from directories of results."""
