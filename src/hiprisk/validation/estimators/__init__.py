"""The procedures of this room for any estimator of scikit-learn's contract."""
