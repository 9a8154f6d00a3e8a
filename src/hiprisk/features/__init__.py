"""From a checked cohort to numbers that a model can be fitted to."""
