"""What predictors do in a model: effects, importance, distribution by outcome, an example."""
