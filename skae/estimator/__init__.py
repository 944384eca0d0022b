"""What every estimator shares: parameters, scores, scikit-learn's callbacks, HTML."""
