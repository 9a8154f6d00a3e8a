"""Internal validation: optimism, cross-validation, internal-external, instability."""
