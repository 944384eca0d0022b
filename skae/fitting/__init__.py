"""From checked rows to a trained model."""
