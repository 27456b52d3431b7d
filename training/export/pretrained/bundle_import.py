"""Import a published CTC model as a bundle: read, trace, golden transcript, memory, card."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from asr.manifest import MANIFEST, Manifest, parse
from asr.transcriber import Transcriber
from training.card import card
from training.export.bundle_writer import MODEL_FILE, new_bundle, update_manifest, write_bundle
from training.export.directory_swap import swap_directory
from training.export.manifest_fields import ctc_fields
from training.export.pretrained import hub
from training.export.pretrained.languages import language_tag
from training.export.pretrained.memory import peak_megabytes, suggested_memory
from training.export.pretrained.nemo_archive import read_nemo
from training.export.pretrained.progress import Steps
from training.export.pretrained.published import describe
from training.export.pretrained.sources import resolve
from training.export.pretrained.tracing import save_traced
from training.export.pretrained.transformers_folder import read_folder
from training.export.quantisation import FLOAT32

VERSION = "1"
DEFAULT_FOLDER = Path("build") / "models"
UNDETERMINED = "und"  # BCP 47's tag of a language that is not known
NO_RATES = "No error rates are known here."


@dataclass(frozen=True)
class ImportOptions:
    """What a user may choose of an import.

    Attributes
    ----------
    precision : str
        Of `training.export.quantisation.PRECISIONS`.
    language : str, optional
        Of the transcripts (BCP 47); of a model with language adapters, the adapter (ISO 639-3).
    license : str, optional
        Of the weights; default: what the model card says.
    """

    precision: str = FLOAT32
    language: str | None = None
    license: str | None = None


def import_model(
    source: str,
    out: Path | None = None,
    options: ImportOptions = ImportOptions(),
    measure: Callable[[Path], float] = peak_megabytes,
) -> tuple[Path, Manifest]:
    """Write the bundle of a published CTC model.

    Parameters
    ----------
    source : str
        As of `sources.resolve`.
    out : Path, optional
        Of the bundle, replaced only at the end; default: the model's name under `DEFAULT_FOLDER`.
    options : ImportOptions
    measure : callable
        Folder of a bundle to the peak memory of a process that serves it, in MiB.

    Returns
    -------
    out : Path
    manifest : Manifest

    Raises
    ------
    InputError
        If there is no such model, or it cannot be imported.
    OSError
        If the folder cannot be written.
    """
    steps = Steps(5)
    steps.begin(f"finding {source}")
    local = resolve(source, options.language)
    language = language_tag(options.language or local.card.language or UNDETERMINED)
    steps.begin(f"reading {local.path.name}")
    nemo = local.path.suffix == hub.NEMO
    loaded = read_nemo(local.path) if nemo else read_folder(local.path, options.language)
    parameters = sum(parameter.numel() for parameter in loaded.network.parameters())
    architecture = type(loaded.network.model).__name__
    out = out or DEFAULT_FOLDER / local.name
    with swap_directory(out) as draft:
        steps.begin(f"tracing {architecture}, {parameters / 1e6:,.0f} million parameters")
        batched = save_traced(loaded, draft / MODEL_FILE, options.precision)
        opened = new_bundle(
            draft,
            fields=ctc_fields(loaded.frame_seconds, loaded.alphabet),
            name=local.name,
            version=VERSION,
            license=options.license or local.card.license,
            precision=options.precision,
        )
        opened = update_manifest(opened, language=language, origin=local.origin, batched=batched)
        del loaded  # its weights are in the file
        steps.begin("transcribing the golden clip")
        write_bundle(draft, Transcriber(opened))
        steps.begin("measuring the memory of a function")
        manifest = _with_memory(draft, measure(draft))
        published = describe(str(local.origin["source"]))
        about = f"`{architecture}` of {source}, as its publisher trained it."
        card.write_imported_card(
            draft,
            parameters,
            published.about if published else about,
            published.rates if published else NO_RATES,
        )
    return out, manifest


def _with_memory(folder: Path, peak: float) -> Manifest:
    """Write the memory that a function needs into the manifest of the bundle in `folder`."""
    manifest = replace(parse((folder / MANIFEST).read_bytes()), memory_mb=suggested_memory(peak))
    (folder / MANIFEST).write_bytes(manifest.to_json())
    return manifest
