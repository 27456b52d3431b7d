"""Batch transcription: audio objects of an S3 bucket or a folder in, output documents out."""
