"""Audio decoding: bytes of a sound file to a mono float32 waveform at 16 kHz, under a budget."""
