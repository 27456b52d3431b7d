import pytest

from training.errors import InputError
from training.export import compare_precisions
from training.export.quantisation import PRECISIONS


def test_all_precisions_of_a_run_are_compared_in_a_table(learned, capsys):
    manifest = learned.data / "dev" / "manifest.tsv"
    options = f"{learned.run / 'best.ckpt'} --manifest {manifest} --clips 2"
    compare_precisions.main(options.split())
    rows = [
        [c.strip() for c in row.split("|")[1:-1]] for row in capsys.readouterr().out.split("\n")
    ]
    assert [row[0] for row in rows if row] == ["precision", "---", "network", *PRECISIONS]
    for row in rows[3:6]:
        assert float(row[2]) == 0.0
        assert float(row[3]) < 1.0


def test_a_run_of_a_classifier_is_rejected(learned_words):
    manifest = learned_words.data / "dev" / "manifest.tsv"
    with pytest.raises(InputError, match="trained on the task 'keyword'"):
        compare_precisions.compare_precisions(learned_words.run / "best.ckpt", manifest, clips=1)
