"""What an operator can set of jobs, by environment variable."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class JobSettings:
    """Where jobs live, and how large they may be.

    Attributes
    ----------
    input_bucket, output_bucket : str
        INPUT_BUCKET, into which callers upload, and OUTPUT_BUCKET, which holds tickets and results.
    owner_key : str
        JOB_OWNER_KEY: what the names of callers are hashed with.
    max_bytes : int
        JOB_MAX_BYTES: of one upload.
    """

    input_bucket: str
    output_bucket: str
    owner_key: str = ""
    max_bytes: int = 2 * 1024**3  # four hours of CD-quality WAV are 2.4 GiB, of anything else less

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> "JobSettings | None":
        """Read the environment; None where it names no buckets, so that there can be no jobs."""
        buckets = environment.get("INPUT_BUCKET", ""), environment.get("OUTPUT_BUCKET", "")
        if not all(buckets):
            return None
        return JobSettings(
            *buckets,
            owner_key=environment.get("JOB_OWNER_KEY", ""),
            max_bytes=int(environment.get("JOB_MAX_BYTES") or JobSettings.max_bytes),
        )
