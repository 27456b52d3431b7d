"""Where the answer to an object lies in the output bucket: names that follow from its key.

An object `k` is answered by `k.json` or by `k.error.json`, never by both. With `k.json`, and
written before it, come the forms that were asked for: `k.txt`, `k.srt`, `k.vtt`, `k.transcribe`.
While a worker is at it there is a lease, `{"owner": ..., "expires": <RFC 3339>}`, which counts
until it expires.
"""

# Forms that may come with the result, by their names in `asr.transcript.FORMATS`.
# None ends in `.json`: that would be the answer to another object, `k.transcribe` say.
COMPANIONS = {"text": ".txt", "srt": ".srt", "vtt": ".vtt", "transcribe": ".transcribe"}
# Leases lie apart so that a lifecycle rule can sweep up those that a killed function left.
LEASES = ".leases/"


def result_key(key: str) -> str:
    """The document of a transcript; it is written last, and makes the answer whole."""
    return f"{key}.json"


def error_key(key: str) -> str:
    """The problem document of what can never succeed."""
    return f"{key}.error.json"


def companion_key(key: str, form: str) -> str:
    """The transcript in another form, one of `COMPANIONS`."""
    return key + COMPANIONS[form]


def lease_key(key: str) -> str:
    """The claim of who is at work; it counts until the time that it names."""
    return f"{LEASES}{key}.lease"
