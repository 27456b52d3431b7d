"""Settings of jobs, from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class JobSettings:
    """Buckets and limits of jobs.

    Attributes
    ----------
    input_bucket, output_bucket : str
        INPUT_BUCKET, for uploads, and OUTPUT_BUCKET, for tickets and results.
    owner_key : str
        JOB_OWNER_KEY: key of the hash that gives owners their names.
    max_bytes : int
        JOB_MAX_BYTES: size limit of an upload.
    """

    input_bucket: str
    output_bucket: str
    owner_key: str = ""
    max_bytes: int = 2 * 1024**3  # four hours of CD-quality WAV have 2.4 GiB, compressed audio less

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "JobSettings | None":
        """Read the environment; None if it lacks a bucket, so that jobs are not available."""
        buckets = environment.get("INPUT_BUCKET", ""), environment.get("OUTPUT_BUCKET", "")
        if not all(buckets):
            return None
        return JobSettings(
            *buckets,
            owner_key=environment.get("JOB_OWNER_KEY", ""),
            max_bytes=int(environment.get("JOB_MAX_BYTES") or JobSettings.max_bytes),
        )
