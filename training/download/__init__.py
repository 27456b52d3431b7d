"""Download of public corpora, checked by their published checksums."""
