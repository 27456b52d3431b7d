"""Where a run's figures go: CSV and TensorBoard always, Comet where its key is set.

Comet reads its own variables: `COMET_API_KEY` switches it on, `COMET_PROJECT_NAME` and
`COMET_WORKSPACE` say where it shows, and with `COMET_START_ONLINE=0` it writes an archive into the
run's folder `comet`, which `comet upload` sends later.
"""

import os
import uuid
from pathlib import Path

from lightning.pytorch.loggers import CometLogger, CSVLogger, Logger, TensorBoardLogger

PROJECT = "serverless-asr"


def open_loggers(run: Path, start: int) -> list[Logger]:
    """The loggers of the run in the folder `run` from step `start` on.

    Each start has a folder of its own, since neither CSV nor TensorBoard appends to a file that is
    there; in Comet it goes on in the same experiment.
    """
    version = f"from-{start:07d}"
    loggers: list[Logger] = [
        CSVLogger(run, name="csv", version=version),
        TensorBoardLogger(run, name="tensorboard", version=version),
    ]
    if os.environ.get("COMET_API_KEY"):
        loggers.append(_comet(run, version))
    return loggers


def close(loggers: list[Logger], curves: Path) -> None:
    """End the run's experiment in Comet, if there is one, with its curves."""
    for logger in loggers:
        if isinstance(logger, CometLogger):
            logger.experiment.log_asset(str(curves), file_name=curves.name)
            logger.experiment.end()


def _comet(run: Path, version: str) -> CometLogger:
    # Apart by start: after seeding, the random part of an archive's name is always the same.
    archives = run / "comet" / version
    archives.mkdir(parents=True, exist_ok=True)
    # The online switch is left to Comet's variable: Lightning's `online=False` switches all off.
    return CometLogger(
        project=os.environ.get("COMET_PROJECT_NAME", PROJECT),
        experiment_key=_experiment_key(run),
        mode="get_or_create",
        name=run.name,
        offline_directory=str(archives),
        log_code=False,
        log_graph=False,
    )


def _experiment_key(run: Path) -> str:
    """The key by which the run's experiment is found again, made the first time."""
    file = run / "comet-experiment"
    if not file.exists():
        file.write_text(uuid.uuid4().hex, encoding="utf-8")
    return file.read_text(encoding="utf-8")
