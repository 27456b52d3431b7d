"""Upload with a presigned POST, as a browser does it."""

from typing import Any

import requests


def upload(form: dict[str, Any], content: bytes, **changed: str) -> requests.Response:
    """Submit the form with `content` as its file; `changed` fields differ from the signed ones."""
    return requests.post(
        form["url"],
        data=form["fields"] | {name.replace("_", "-"): value for name, value in changed.items()},
        files={"file": ("whatever.bin", content)},
        timeout=30,
    )
