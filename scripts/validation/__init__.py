"""The comparisons of the documentation's page of validation, by subject."""
