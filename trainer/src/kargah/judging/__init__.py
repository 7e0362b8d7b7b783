"""Reports on a trained model and other data than those that it was trained with."""
