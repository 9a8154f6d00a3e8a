"""What a model's own sheet expects of a cohort before outcomes are known."""
