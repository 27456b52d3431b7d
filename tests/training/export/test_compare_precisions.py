import pytest

from training.errors import InputError
from training.export import compare_precisions
from training.export.quantisation import PRECISIONS


def test_all_precisions_of_a_run_are_compared_in_a_table(learned, capsys, monkeypatch):
    manifest = learned.data / "dev" / "manifest.tsv"
    arguments = [str(learned.run / "best.ckpt"), "--manifest", str(manifest), "--clips", "2"]
    monkeypatch.setattr("sys.argv", ["compare", *arguments])
    compare_precisions.main()
    rows = [
        [c.strip() for c in row.split("|")[1:-1]] for row in capsys.readouterr().out.split("\n")
    ]
    assert [row[0] for row in rows if row] == ["precision", "---", "network", *PRECISIONS]
    for row in rows[3:6]:
        assert float(row[2]) == 0.0
        assert float(row[3]) < 1.0


def test_what_hears_no_sentences_is_not_compared(learned_words):
    manifest = learned_words.data / "dev" / "manifest.tsv"
    with pytest.raises(InputError, match="its task is 'keyword'"):
        compare_precisions.compare_all(learned_words.run / "best.ckpt", manifest, clips=1)
