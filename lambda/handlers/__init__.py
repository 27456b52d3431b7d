"""Thin doors to the engine: an event in, an answer out."""
