"""Keys of the output documents in the output bucket, derived from the key of the audio.

An object `k` has either the result `k.json` or the error document `k.error.json`, never both. The
extra formats `k.txt`, `k.srt`, `k.vtt` and `k.transcribe` are written before `k.json`, as
configured. While a worker processes `k` there is a lease, `{"owner": ..., "expires": <RFC 3339>}`,
which is valid until it expires.
"""

# Suffixes of the formats that may be written beside the result, by name in `asr.formats.registry`.
# None ends in `.json`: that would be the result of another object, `k.transcribe` for example.
EXTRA_FORMATS = {"text": ".txt", "srt": ".srt", "vtt": ".vtt", "transcribe": ".transcribe"}
# A separate prefix, so that a lifecycle rule can delete the leases of killed functions.
LEASES = ".leases/"


def result_key(key: str) -> str:
    """Key of the result document. It is written last: once it exists, the output is complete."""
    return f"{key}.json"


def error_key(key: str) -> str:
    """Key of the error document of a permanent failure."""
    return f"{key}.error.json"


def extra_format_key(key: str, format_name: str) -> str:
    """Key of the transcript in another format, one of `EXTRA_FORMATS`."""
    return key + EXTRA_FORMATS[format_name]


def lease_key(key: str) -> str:
    """Key of the lease."""
    return f"{LEASES}{key}.lease"
