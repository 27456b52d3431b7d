"""Rendering of model cards: `model_card.md.j2`, filled in from a manifest and measurements."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asr.manifest import Manifest
from training.card.measurements import Measurements

TEMPLATE = Path(__file__).with_name("model_card.md.j2")


def render_trained_card(manifest: Manifest, measurements: Measurements) -> str:
    """Render the card of a bundle that was exported from a training run.

    Raises
    ------
    jinja2.UndefinedError
        If a report in `measurements` lacks a member.
    """
    return _render(manifest=manifest, parameters=measurements.parameters, measurements=measurements)


def render_imported_card(
    manifest: Manifest, parameters: int, description: str, published_rates: str
) -> str:
    """Render the card of a bundle whose model was trained elsewhere.

    Parameters
    ----------
    parameters : int
        Number of weights.
    description : str
        The model's architecture and origin: sentences, in Markdown.
    published_rates : str
        Error rates that its authors published: sentences, in Markdown.
    """
    return _render(
        manifest=manifest,
        parameters=parameters,
        description=description,
        published_rates=published_rates,
    )


def _render(**variables: Any) -> str:  # noqa: ANN401 - variables of a template
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(TEMPLATE.name).render(variables)
