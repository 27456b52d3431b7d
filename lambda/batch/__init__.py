"""Objects in, documents beside them out: what lands in S3, or lies in a folder, transcribed."""
