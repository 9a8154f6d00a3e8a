"""An estimator that nobody here has seen, judged: figures, pictures and a report in one call."""
