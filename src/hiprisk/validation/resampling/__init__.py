"""The person bootstrap: resamples, refits, checkpoint, percentile intervals."""
