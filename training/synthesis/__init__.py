"""Synthetic speech corpora from open text with free speech synthesisers."""
