"""What a report has to look up: the model, sample size, robustness, glossary, provenance."""
