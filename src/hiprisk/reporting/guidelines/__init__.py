"""What reporting and risk-of-bias guidelines ask for, and where a study's report answers it."""
