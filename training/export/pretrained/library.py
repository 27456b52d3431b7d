"""Libraries that only the importer needs: transformers, safetensors and the hub's client."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from training.errors import InputError


def load_library(name: str) -> Any:  # noqa: ANN401 - a module without types
    """Import `transformers`, `huggingface_hub` or `safetensors`.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        library = import_module(name)
    except ImportError as error:
        raise InputError(
            f"the package {name} is not installed: `make model` installs it, or run "
            "layers/install transformers in your environment"
        ) from error
    if name == "transformers":
        library.utils.logging.set_verbosity_error()  # its errors are raised here in one line
        library.utils.logging.disable_progress_bar()
    return library


@contextmanager
def without_known_warnings() -> Iterator[None]:
    """Run networks of transformers 5 without the warnings that they are known to give."""
    with warnings.catch_warnings():
        # Of WavLM's attention, about the types of its two masks.
        warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask", UserWarning)
        # Of attributes that tracing looks at.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        yield
