"""Generate docs/openapi.json from the routes: python scripts/generate/make_openapi.py.

Run by `make openapi`; a test fails if the file is out of date.
"""

import json
from pathlib import Path

from handlers.http.openapi.document import generate
from handlers.local import app

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def document() -> str:
    """OpenAPI document as checked in."""
    return json.dumps(json.loads(generate(app)), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
