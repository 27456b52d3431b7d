"""Language adapters of MMS (Pratap et al. 2023): one network, a small adapter for each language.

They lie beside the network as `adapter.CODE.safetensors`, CODE being a language in ISO 639-3.
"""

from pathlib import Path
from typing import Any

from training.errors import InputError

PREFIX = "adapter."


def adapter_languages(names: list[str]) -> list[str]:
    """Codes of the languages whose adapters are among the file names, sorted."""
    return sorted({name.split(".")[1] for name in names if name.startswith(PREFIX)})


def check_language(folder: Path, language: str | None) -> None:
    """Raise InputError if the folder has adapters, and `language` is none of them."""
    check_codes(str(folder), [file.name for file in folder.iterdir()], language)


def check_codes(source: str, names: list[str], language: str | None) -> None:
    """As `check_language`, of a list of file names.

    Of a model without adapters, LANGUAGE is only the tag of its transcripts.
    """
    codes = adapter_languages(names)
    if codes and language not in codes:
        found = f"no adapter for {language!r}" if language else "an adapter for each language"
        raise InputError(
            f"{source} has {found}: LANGUAGE must be one of its {len(codes)} codes (ISO 639-3), "
            f"such as {', '.join(codes[:5])}"
        )


def tokenizer_options(folder: Path, language: str | None) -> dict[str, Any]:
    """Options with which transformers opens the tokenizer of a language."""
    return {"target_lang": language} if _has_adapters(folder) else {}


def model_options(folder: Path, language: str | None) -> dict[str, Any]:
    """Options with which transformers opens the network of a language, whose head has its size."""
    options = {"target_lang": language, "ignore_mismatched_sizes": True}
    return options if _has_adapters(folder) else {}


def _has_adapters(folder: Path) -> bool:
    return bool(adapter_languages([file.name for file in folder.iterdir()]))
