"""Pictures of what the predictors do in a model."""
