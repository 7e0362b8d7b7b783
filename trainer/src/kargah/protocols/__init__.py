"""What recipes, training and the bridge agree on: a task, its parameters, a failure."""
