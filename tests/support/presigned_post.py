"""What a browser does with a presigned POST."""

from typing import Any

import requests


def post(form: dict[str, Any], content: bytes, **changed: str) -> requests.Response:
    """Send the form with `content` as its file; `changed` fields differ from what was signed."""
    return requests.post(
        form["url"],
        data=form["fields"] | {name.replace("_", "-"): value for name, value in changed.items()},
        files={"file": ("whatever.bin", content)},
        timeout=30,
    )
