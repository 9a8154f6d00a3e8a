"""External validation: a model or its predictions in a new cohort."""
