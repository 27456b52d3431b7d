"""Speech recognition engine: bytes of audio in, a Transcript out."""
