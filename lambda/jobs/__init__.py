"""Jobs: audio that a request cannot carry, uploaded to S3 and asked after by an id.

S3 is all the state there is. Nothing here imports the engine's networks.
"""
