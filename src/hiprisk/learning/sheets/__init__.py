"""Models written down as sheets, and the estimator as a skops archive."""
