"""Keyword classification: its data sets, cross-validation and bias correction."""
