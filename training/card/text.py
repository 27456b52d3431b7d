"""The text of a model card: its templates, filled in from a manifest and from measurements."""

import re
from textwrap import fill
from typing import Any

from asr.manifest import LanguageModel, Manifest
from training.card import tables
from training.card.measurements import Measurements
from training.card.templates import (
    BEAM,
    CONFUSIONS,
    DRAWN,
    FIDELITY,
    FORETOLD,
    MISTAKES,
    PUBLISHED,
    REFERENCE,
    TIMES,
    TRAINED,
    WITHOUT,
    WORDINGS,
)

WIDTH = 100  # characters to a line of prose


def trained(manifest: Manifest, measured: Measurements) -> str:
    """The card of a model that was trained here."""
    wording = WORDINGS[manifest.kind]
    sets = measured.sets
    return _wrapped(
        TRAINED.format(
            **_description(manifest, measured.parameters),
            expectation=wording.expectation.format(words=", ".join(manifest.labels)),
            heading=wording.heading,
            how_sure=wording.how_sure,
            by_corpus=tables.by_corpus(sets, manifest.kind),
            by_length=tables.by_length(sets, manifest.kind),
            speed=_by_set({name: report["real_time_factor"] for name, report in sets.items()}),
            more=_more(manifest, measured),
            basis=wording.basis,
            scale=manifest.confidence.scale,
            bias=manifest.confidence.bias,
            calibrated=measured.calibrated,
            calibration=_by_set(
                {n: one["confidence"]["expected_calibration_error"] for n, one in sets.items()}
            ),
        )
    )


def published(manifest: Manifest, parameters: int, about: str, rates: str) -> str:
    """The card of a model that others trained: `about` it, and its published `rates`."""
    return _wrapped(
        PUBLISHED.format(**_description(manifest, parameters), about=about, rates=rates)
    )


def _wrapped(text: str) -> str:
    """Text whose paragraphs are filled anew; tables, headings and pictures stay as they are."""
    paragraphs = re.split(r"\n{2,}", text.strip("\n"))
    filled = [
        each if each.startswith(("|", "#", "!")) else fill(each, WIDTH, break_on_hyphens=False)
        for each in paragraphs
    ]
    return "\n\n".join(filled) + "\n"


def _more(manifest: Manifest, measured: Measurements) -> str:
    """What the card of this kind tells besides, as far as it was measured."""
    if manifest.kind == "keyword":
        return CONFUSIONS
    sections = []
    if measured.comparison:
        sections.append(FIDELITY.format(measured.comparison, measured.calibrated))
    if measured.reference:
        seed = measured.reference.get("seed")
        sections.append(
            REFERENCE.format(
                drawn="" if seed is None else DRAWN.format(seed=seed),
                beside=tables.beside(manifest.name, measured.sets, measured.reference),
            )
        )
    sections.append(MISTAKES.format(mistakes=tables.mistakes(measured.sets)))
    times = tables.word_times(measured.sets)
    sections.append(TIMES.format(word_times=times, frame_ms=manifest.frame_seconds * 1000))
    if measured.decoders and manifest.language_model:
        sections.append(_beam(manifest.language_model, measured.decoders))
    return "".join(sections)


def _beam(model: LanguageModel, measured: dict[str, Any]) -> str:
    """What a language model is, costs, and gains."""
    told, tuned = measured["language_model"], measured["tuned"]
    apart = told.get("held_out")
    return BEAM.format(
        file=model.file,
        megabytes=model.bytes / 1e6,
        memory_megabytes=told["memory_bytes"] / 1e6,
        open_ms=told["open_ms"],
        search=model.search,
        confidence=model.confidence,
        clips=tuned["clips"],
        tuned=tuned["set"],
        decoders=tables.decoders(measured["sets"]),
        words=told["words"],
        longest=len(told["ngrams"]),
        ngrams=", ".join(f"{count:,}" for count in told["ngrams"]),
        sentences=told["learned_from"]["sentences"],
        running=told["learned_from"]["words"],
        without=WITHOUT.format(sets=" or ".join(told["without"])) if told["without"] else "",
        foretold=FORETOLD.format(**apart) if apart else "",
        sources=tables.texts(model.sources),
    )


def _by_set(figures: dict[str, float]) -> str:
    return ", ".join(f"{figure} on {name}" for name, figure in figures.items())


def _description(manifest: Manifest, parameters: int) -> dict[str, Any]:
    wording = WORDINGS[manifest.kind]
    rows = ["| corpus | hours | licence | reference |", "|---|---|---|---|"]
    rows += [
        f"| {s['name']} | {s['hours']} | {s['license']} | {s['reference']} |"
        for s in manifest.sources
    ]
    return {
        "name": manifest.name,
        "version": manifest.version,
        "what": wording.what.format(window_seconds=manifest.window_seconds),
        "parameters": parameters,
        "megabytes": manifest.model.bytes / 1e6,
        "precision": manifest.precision,
        "how": wording.how.format(
            frame_ms=manifest.frame_seconds * 1000, classes=len(manifest.labels)
        ),
        "license": manifest.license,
        "sources": "\n".join(rows) if manifest.sources else "Not told.",
    }
