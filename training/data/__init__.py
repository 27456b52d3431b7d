"""Corpora: manifests, decoded samples, text normalisation, data sets and batch sampling."""
