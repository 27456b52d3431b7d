import json

from hypothesis import given
from hypothesis import strategies as st

from training.readable import WIDTH, dumps

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(VALUES)
def test_it_is_the_json_of_the_value(value):
    assert json.loads(dumps(value)) == value


def test_what_fits_on_a_line_stays_on_one():
    value = {"rates": {"wer": 0.1, "interval": [0.0, 0.2]}, "words": ["word"] * 40}
    assert dumps(value).splitlines() == [
        "{",
        ' "rates": {"wer": 0.1, "interval": [0.0, 0.2]},',
        ' "words": [',
        *(['  "word",'] * 39),
        '  "word"',
        " ]",
        "}",
    ]
    assert max(map(len, dumps(value).splitlines())) <= WIDTH
