"""N-gram language models for the beam search."""
