"""Evaluation: error rates, calibration, word timing, error analysis, reference recognisers."""
