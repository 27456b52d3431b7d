"""Published corpora, fetched, checked, and laid out as folders with a `manifest.tsv`."""
