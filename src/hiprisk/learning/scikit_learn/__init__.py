"""Estimators of anybody that follow scikit-learn's contract: copied, fitted, asked."""
