"""Training loop: Lightning modules, callbacks, checkpoints, warm start, loggers, curves."""
