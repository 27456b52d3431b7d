"""Write docs/openapi.json anew: what the routes say of themselves, for those who generate clients.

Run by `make openapi`; a test fails where the file has fallen behind.
"""

import json
from pathlib import Path

from handlers.http.openapi.document import generate
from handlers.local import app

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def document() -> str:
    """The document as it is checked in."""
    return json.dumps(json.loads(generate(app)), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
