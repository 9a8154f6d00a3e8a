"""A fitted model in use: one patient, a cohort file."""
