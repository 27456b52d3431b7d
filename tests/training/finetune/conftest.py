import pytest

from training.export.export import export_run


@pytest.fixture(scope="session")
def start(learned, tmp_path_factory):
    """A bundle in bfloat16 of the run on three clips."""
    out = tmp_path_factory.mktemp("start") / "start"
    export_run(learned.run, learned.data, out, "dev", ["dev"], precision="bfloat16")
    return out
