"""Models of the Hugging Face hub: the files of one commit, in the cache of the hub's own client."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import InputError
from training.export.pretrained import adapters
from training.export.pretrained.library import load_library
from training.export.pretrained.transformers_folder import CONFIG, check_config

NEMO = ".nemo"
SMALL_FILES = (
    CONFIG,
    "README.md",
    "added_tokens.json",
    "preprocessor_config.json",
    "processor_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
)


@dataclass(frozen=True)
class HubModel:
    """A downloaded model: its files lie in `folder`; `commit` is what the revision stood for."""

    folder: Path
    files: tuple[str, ...]
    commit: str


def download(
    model_id: str, revision: str | None = None, language: str | None = None, **client: str
) -> HubModel:
    """Download what the importer reads of a model; interrupted, it continues when called again.

    Of a model with safetensors, other weights are left out; of one with language adapters, all but
    that of `language`. Where transformers has no CTC network of it, a single `.nemo` is taken.

    Parameters
    ----------
    model_id : str
        `OWNER/NAME`.
    revision : str, optional
        Branch, tag or commit; default: the main branch.
    client : str
        `endpoint` and `cache_dir` of the hub's client, in place of its own defaults.

    Raises
    ------
    InputError
        If the hub cannot be reached, or has no such model or revision, or no CTC network in it.
    """
    hub = load_library("huggingface_hub")
    endpoint = client.get("endpoint")
    source = f"{model_id}@{revision}" if revision else model_id
    try:
        info = hub.HfApi(endpoint=endpoint).model_info(model_id, revision=revision)
        names = [file.rfilename for file in info.siblings]
        fetch = {"repo_id": model_id, "revision": info.sha, **client}
        files = _transformers_files(hub, source, names, language, fetch)
        folder = Path(hub.snapshot_download(allow_patterns=list(files), **fetch))
    except hub.errors.GatedRepoError as error:
        raise InputError(
            f"{source} is gated: accept its conditions on the hub, then set HF_TOKEN"
        ) from error
    except hub.errors.RepositoryNotFoundError as error:
        raise InputError(
            f"the hub has no public model {model_id}: check its owner and name"
        ) from error
    except hub.errors.RevisionNotFoundError as error:
        raise InputError(f"{model_id} has no revision {revision!r} on the hub") from error
    except (OSError, hub.errors.HFValidationError, *_network_errors(hub)) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            f"{source} cannot be downloaded from the hub ({reason}): check the network, "
            "or give the folder of a copy"
        ) from error
    return HubModel(folder, files, info.sha)


def _network_errors(hub: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401 - a module
    """Errors of the HTTP library that the client uses."""
    http = [kind for kind in hub.errors.HfHubHTTPError.__mro__ if kind.__name__ == "HTTPError"]
    return (*http, ConnectionError)


def _transformers_files(
    hub: Any,  # noqa: ANN401
    source: str,
    names: list[str],
    language: str | None,
    fetch: dict[str, Any],
) -> tuple[str, ...]:
    """Choose files; what is no CTC model is refused before its weights are downloaded."""
    archives = [name for name in names if name.endswith(NEMO)]
    if CONFIG in names:
        config = Path(hub.hf_hub_download(filename=CONFIG, **fetch))
        try:
            check_config(config.parent)
        except InputError:
            if len(archives) != 1:
                raise
        else:
            adapters.check_codes(source, names, language)
            return choose_files(names, language)
    if len(archives) != 1:
        raise InputError(
            f"{source} has {len(archives)} {NEMO} archives and no {CONFIG} of transformers: "
            "there is no model that can be imported"
        )
    return (archives[0], *(name for name in names if name == "README.md"))


def choose_files(names: list[str], language: str | None) -> tuple[str, ...]:
    """Names of the files that are read of a model of transformers, sorted."""
    weights = [name for name in names if name.startswith("model") and "/" not in name]
    weights = [n for n in weights if n.endswith((".safetensors", ".safetensors.index.json"))]
    if not weights:
        weights = [name for name in names if name.startswith("pytorch_model")]
    adapter = [
        f"adapter.{language}.{suffix}"
        for suffix in ("safetensors", "bin")
        if f"adapter.{language}.{suffix}" in names
    ][:1]
    small = [name for name in names if name in SMALL_FILES]
    return tuple(sorted({*weights, *adapter, *small}))
