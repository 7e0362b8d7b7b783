"""What recipes share: parameters, networks, readers of a dataset, splits. Nothing here is a recipe."""
