"""Export of a trained or published network to a model bundle."""
