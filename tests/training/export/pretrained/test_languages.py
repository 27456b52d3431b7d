import pytest

from training.errors import InputError
from training.export.pretrained.languages import language_tag


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("fra", "fr"),
        ("und", "und"),
        ("yue-script_traditional", "yue-Hant"),
        ("cmn-script_simplified", "zh-Hans"),
        ("urd-script_devanagari", "ur-Deva"),
        ("quc-dialect_east", "quc"),
        ("ceb", "ceb"),
    ],
)
def test_codes_become_tags_of_bcp_47(code, tag):
    assert language_tag(code) == tag


@pytest.mark.parametrize("code", ["English", "e", "", "fr_FR"])
def test_what_is_no_language_is_refused(code):
    with pytest.raises(InputError, match="is no tag of BCP 47"):
        language_tag(code)
