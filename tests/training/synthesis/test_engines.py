import re
import shutil
import subprocess
from pathlib import Path

import pytest
import soundfile

from training.synthesis import engines
from training.synthesis.engines import ENGINES
from training.synthesis.voices import Manner, Voice

PLAIN = Manner(rate=1.0, pitch=1.0)
SOMEONE = {
    "espeak-ng": Voice("espeak-ng", "en-us", "f3", "espeak-ng f3"),
    "flite": Voice("flite", "kal16", "", "kal"),
    "festival": Voice("festival", "kal_diphone", "", "kal"),
    "pico": Voice("pico", "en-US", "", "pico en-US"),
    "rhvoice": Voice("rhvoice", "alan", "", "alan"),
}


def numbers(engine, manner):
    """All numbers in what `engine` is asked to do."""
    command = ENGINES[engine].command(SOMEONE[engine], manner, "Yes.", Path("said.wav"))
    asked = " ".join([*command.arguments, command.script])
    return [float(number) for number in re.findall(r"(?<![\w.])\d+\.?\d*", asked)]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_told_the_sentence_and_the_file(engine):
    file = Path("folder/said.wav")
    command = ENGINES[engine].command(SOMEONE[engine], PLAIN, "Some words.", file)
    asked = [*command.arguments, command.script]
    assert any("Some words." in part for part in asked)
    assert any(str(file) in part for part in asked)
    assert command.arguments[0] == ENGINES[engine].program


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_told_the_rate_and_the_pitch(engine):
    plain = numbers(engine, PLAIN)
    for other in (Manner(rate=1.2, pitch=1.0), Manner(rate=1.0, pitch=1.2)):
        assert sum(a != b for a, b in zip(plain, numbers(engine, other), strict=True)) == 1


def test_nothing_in_a_sentence_ends_the_command_that_it_is_in():
    said = 'a "quoted" \\ <b> & so on'
    scheme = ENGINES["festival"].command(SOMEONE["festival"], PLAIN, said, Path("x")).script
    assert '(Utterance Text "a \\"quoted\\" \\\\ <b> & so on")' in scheme
    pico = ENGINES["pico"].command(SOMEONE["pico"], PLAIN, said, Path("x")).arguments[-1]
    assert 'a "quoted" \\ &lt;b&gt; &amp; so on' in pico


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_installed_speaks(name, tmp_path):
    engine = ENGINES[name]
    if not engine.installed():
        pytest.skip(f"no {engine.program} here")
    found = engine.voices()
    assert found
    assert {voice.engine for voice in found} == {name}
    assert len({voice.speaker for voice in found}) == len(found)
    command = engine.command(found[-1], PLAIN, "Some words.", tmp_path / "said.wav")
    subprocess.run(command.arguments, input=command.script, text=True, check=True, timeout=60)
    assert 0.3 < soundfile.info(tmp_path / "said.wav").duration < 5


def test_espeak_leaves_out_what_is_not_meant_for_speech(tmp_path, monkeypatch):
    table = (
        "5 variant --/M A !v/Annie\\n5 variant --/M B !v/robosoft2\\n5 variant --/M C !v/Mr mad\\n"
    )
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\nprintf '{table}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert shutil.which("espeak-ng") == str(program)
    found = ENGINES["espeak-ng"].voices()
    assert {voice.variant for voice in found} == {"Annie"}
    assert {voice.name for voice in found} == set(engines.ESPEAK_ACCENTS)
