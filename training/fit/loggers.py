"""Experiment loggers of a run: CSV and TensorBoard, and Comet if its key is set.

Comet reads its own environment variables: `COMET_API_KEY` enables it, `COMET_PROJECT_NAME` and
`COMET_WORKSPACE` choose the project, and with `COMET_START_ONLINE=0` it writes an archive into the
run's folder `comet`, for `comet upload` to send later.
"""

import os
import uuid
from pathlib import Path

from lightning.pytorch.loggers import CometLogger, CSVLogger, Logger, TensorBoardLogger

PROJECT = "serverless-asr"


def open_loggers(run: Path, start: int) -> list[Logger]:
    """Open the loggers of the run in the folder `run` from step `start` on.

    Each start logs to its own folder, since neither CSV nor TensorBoard appends to an existing
    file; Comet continues the same experiment.
    """
    version = f"from-{start:07d}"
    loggers: list[Logger] = [
        CSVLogger(run, name="csv", version=version),
        TensorBoardLogger(run, name="tensorboard", version=version),
    ]
    if os.environ.get("COMET_API_KEY"):
        loggers.append(_comet(run, version))
    return loggers


def close_loggers(loggers: list[Logger], curves: Path) -> None:
    """End the run's Comet experiment, if there is one, with the file of its learning curves."""
    for logger in loggers:
        if isinstance(logger, CometLogger):
            logger.experiment.log_asset(str(curves), file_name=curves.name)
            logger.experiment.end()


def _comet(run: Path, version: str) -> CometLogger:
    # One folder per start: after seeding, the random part of an archive's name is always the same.
    archives = run / "comet" / version
    archives.mkdir(parents=True, exist_ok=True)
    # COMET_START_ONLINE decides: Lightning's `online=False` would disable logging.
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
    """Key of the run's experiment, created at the first start and kept in its folder."""
    file = run / "comet-experiment"
    if not file.exists():
        file.write_text(uuid.uuid4().hex, encoding="utf-8")
    return file.read_text(encoding="utf-8")
