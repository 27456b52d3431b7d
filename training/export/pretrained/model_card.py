"""Licence and language of a model, from the front matter of its README.md."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

README = "README.md"
UNKNOWN_LICENSE = "unknown"


@dataclass(frozen=True)
class CardMetadata:
    """What a model card says of a model; `language` is a BCP 47 tag, None if there are several."""

    license: str = UNKNOWN_LICENSE
    language: str | None = None


def read_card_metadata(folder: Path) -> CardMetadata:
    """Metadata of the `README.md` in `folder`; defaults where it or its front matter is missing."""
    try:
        text = (folder / README).read_text(encoding="utf-8")
        front_matter = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
        members: Any = yaml.safe_load(front_matter[1]) if front_matter else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        members = None
    if not isinstance(members, dict):
        return CardMetadata()
    languages = members.get("language")
    if isinstance(languages, list) and len(languages) == 1:
        languages = languages[0]
    license_name = members.get("license_name") or members.get("license")
    return CardMetadata(
        license=str(license_name or UNKNOWN_LICENSE),
        language=languages if isinstance(languages, str) else None,
    )
