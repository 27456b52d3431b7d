"""Forced alignment with PocketSphinx: phones of sentences, and words cut out of sentences."""
