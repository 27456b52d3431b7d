"""Command line of the engine: `python -m asr FILE...`."""
