"""A file beside the development cohort: units, codes, reversed scales, distributions."""
