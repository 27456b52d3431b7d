"""Import of published models: any CTC network as a bundle, Whisper's encoder as initial weights."""
