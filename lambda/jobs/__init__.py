"""Asynchronous jobs, for audio too large or too long for one request: presigned upload and status.

All state is in S3. Nothing here imports torch.
"""
