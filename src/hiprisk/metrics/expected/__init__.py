"""What metrics are expected to be before outcomes are known, if given probabilities are right."""
