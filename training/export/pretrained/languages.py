"""Language codes: ISO 639-3, as MMS names its adapters, to the tags of BCP 47."""

import re

from training.errors import InputError

TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # as of the manifest
SCRIPTS = {
    "arabic": "Arab",
    "cyrillic": "Cyrl",
    "devanagari": "Deva",
    "latin": "Latn",
    "odia": "Orya",
    "simplified": "Hans",
    "telugu": "Telu",
    "traditional": "Hant",
}
# BCP 47 has the code of two letters where ISO 639-1 has one; of the languages in MMS.
_TWO_LETTERS = """
afr:af aka:ak amh:am ara:ar asm:as ava:av aze:az bak:ba bam:bm bel:be ben:bn bod:bo bos:bs bul:bg
cat:ca ces:cs che:ce chv:cv cmn:zh cym:cy dan:da deu:de div:dv ell:el eng:en epo:eo est:et eus:eu
ewe:ee fao:fo fas:fa fin:fi fra:fr ful:ff gle:ga glg:gl grn:gn guj:gu hat:ht hau:ha heb:he hin:hi
hrv:hr hun:hu hye:hy ibo:ig ind:id isl:is ita:it jav:jv jpn:ja kan:kn kat:ka kaz:kk khm:km kik:ki
kin:rw kir:ky kor:ko lao:lo lav:lv lin:ln lit:lt ltz:lb lug:lg mal:ml mar:mr mkd:mk mlg:mg mlt:mt
mon:mn mri:mi msa:ms mya:my nld:nl nno:nn nob:nb nya:ny oci:oc ori:or orm:om oss:os pan:pa pol:pl
por:pt pus:ps que:qu ron:ro rus:ru san:sa slk:sk slv:sl sna:sn snd:sd som:so spa:es sqi:sq srp:sr
sun:su swa:sw swe:sv tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tir:ti tuk:tk tur:tr twi:tw uig:ug
ukr:uk urd:ur uzb:uz vie:vi wol:wo xho:xh yor:yo zho:zh zul:zu
"""
TWO_LETTERS = dict(pair.split(":") for pair in _TWO_LETTERS.split())


def language_tag(code: str) -> str:
    """BCP 47 tag of a tag, or of MMS's name of a language such as `azj-script_latin`.

    Raises
    ------
    InputError
        If it is neither.
    """
    language, _, detail = code.partition("-")
    tag = TWO_LETTERS.get(language, language)
    if detail.startswith("script_"):
        script = SCRIPTS.get(detail.removeprefix("script_"))
        tag = f"{tag}-{script}" if script else tag
    elif detail and not detail.startswith("dialect_"):
        tag = f"{tag}-{detail}"
    if not TAG.fullmatch(tag):
        raise InputError(f"language {code!r} is no tag of BCP 47, such as en, pt-BR or yue-Hant")
    return tag
