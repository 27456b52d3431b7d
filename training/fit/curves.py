"""Learning curves of a run as SVG: train loss, learning rate and metrics on dev, by update."""

import csv
from pathlib import Path

from matplotlib.figure import Figure

PANELS = {
    "train_loss": "loss, train",
    "lr-AdamW/pg1": "learning rate",
    "dev_loss": "loss, dev",
    "dev_wer": "WER, dev",
    "dev_cer": "CER, dev",
    "dev_written_wer": "written WER, dev",
    "dev_accuracy": "accuracy, dev",
}


def read_metrics(run: Path) -> dict[str, list[tuple[int, float]]]:
    """Points (step, value) by name of metric from a run's CSV logs.

    Where a resumed run repeated a step, the latest start wins.
    """
    points: dict[str, list[tuple[int, float]]] = {name: [] for name in PANELS}
    for log in sorted((run / "csv").glob("from-*/metrics.csv")):
        with log.open(newline="") as lines:
            for row in csv.DictReader(lines):
                for name, values in points.items():
                    if row.get(name):
                        values.append((int(row["step"]), float(row[name])))
    return {name: sorted(dict(values).items()) for name, values in points.items()}


def plot_curves(run: Path) -> Path:
    """Plot the learning curves of `run` into its folder; returns the file."""
    points = {name: values for name, values in read_metrics(run).items() if values}
    figure = Figure(figsize=(3.2 * len(points), 2.6), layout="constrained")
    for axes, (name, values) in zip(
        figure.subplots(1, len(points), squeeze=False)[0], points.items(), strict=True
    ):
        axes.plot(*zip(*values, strict=True), linewidth=1.2)
        axes.set_title(PANELS[name], fontsize=9)
        axes.set_xlabel("update", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    out = run / "curves.svg"
    figure.savefig(out, metadata={"Date": None})
    return out
