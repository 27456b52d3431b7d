"""What makes a model bundle: data, networks, the training loop, export, evaluation."""
