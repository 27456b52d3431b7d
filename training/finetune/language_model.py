"""Language model of a fine-tuned bundle: that of the bundle it started from, with its settings."""

import shutil
from pathlib import Path

from asr import bundle
from asr.bundle import Bundle
from asr.settings import BEAM
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import Measurements
from training.export.bundle_writer import LANGUAGE_MODEL_FILE, with_language_model, write_bundle
from training.export.directory_swap import swap_directory


def copy_language_model(start: Bundle, directory: Path) -> None:
    """Add the language model of `start`, if it has one, to the bundle in `directory`.

    The weights of the beam search and the calibration of its confidences are those of `start`.
    """
    language_model = start.manifest.language_model
    if language_model is None:
        return
    content = start.read_file(language_model)
    opened = with_language_model(
        bundle.load(str(directory)),
        content,
        language_model.beam_search,
        language_model.confidence,
        language_model.sources,
    )
    with swap_directory(directory) as draft:
        shutil.copytree(directory, draft, dirs_exist_ok=True)
        (draft / LANGUAGE_MODEL_FILE).write_bytes(content)
        write_bundle(draft, Transcriber(opened, BEAM))
        card.write_card(draft, Measurements.read(draft))
