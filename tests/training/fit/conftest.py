import pytest


@pytest.fixture(autouse=True)
def placeholder_curves(monkeypatch):
    """Replace the plot of a run, which takes longer than the training of the tests.

    The runs of the session's fixtures have real plots.
    """

    def write(run):
        (run / "curves.svg").write_text("<svg/>")
        return run / "curves.svg"

    monkeypatch.setattr("training.fit.curves.plot_curves", write)
