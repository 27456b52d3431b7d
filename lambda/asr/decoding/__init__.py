"""CTC decoding: greedy, beam search with an n-gram language model, forced alignment."""
