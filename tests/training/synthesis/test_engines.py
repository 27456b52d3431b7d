import re
import shutil
import subprocess
from pathlib import Path

import pytest
import soundfile

from training.synthesis import engines
from training.synthesis.engines import ENGINES
from training.synthesis.voices import Prosody, Voice

PLAIN = Prosody(rate=1.0, pitch=1.0)
VOICES = {
    "espeak-ng": Voice("espeak-ng", "en-us", "f3", "espeak-ng f3"),
    "flite": Voice("flite", "kal16", "", "kal"),
    "festival": Voice("festival", "kal_diphone", "", "kal"),
    "pico": Voice("pico", "en-US", "", "pico en-US"),
    "rhvoice": Voice("rhvoice", "alan", "", "alan"),
}


def numbers(engine, prosody):
    """All numbers in the command of `engine`."""
    command = ENGINES[engine].command(VOICES[engine], prosody, "Yes.", Path("speech.wav"))
    line = " ".join([*command.arguments, command.stdin])
    return [float(number) for number in re.findall(r"(?<![\w.])\d+\.?\d*", line)]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_command_has_the_sentence_and_the_file(engine):
    file = Path("folder/speech.wav")
    command = ENGINES[engine].command(VOICES[engine], PLAIN, "Some words.", file)
    parts = [*command.arguments, command.stdin]
    assert any("Some words." in part for part in parts)
    assert any(str(file) in part for part in parts)
    assert command.arguments[0] == ENGINES[engine].program


@pytest.mark.parametrize("engine", ENGINES)
def test_rate_and_pitch_each_change_one_number_of_a_command(engine):
    plain = numbers(engine, PLAIN)
    for other in (Prosody(rate=1.2, pitch=1.0), Prosody(rate=1.0, pitch=1.2)):
        assert sum(a != b for a, b in zip(plain, numbers(engine, other), strict=True)) == 1


def test_sentences_are_escaped():
    sentence = 'a "quoted" \\ <b> & so on'
    scheme = ENGINES["festival"].command(VOICES["festival"], PLAIN, sentence, Path("x")).stdin
    assert '(Utterance Text "a \\"quoted\\" \\\\ <b> & so on")' in scheme
    pico = ENGINES["pico"].command(VOICES["pico"], PLAIN, sentence, Path("x")).arguments[-1]
    assert 'a "quoted" \\ &lt;b&gt; &amp; so on' in pico


@pytest.mark.parametrize("name", ENGINES)
def test_an_installed_engine_writes_speech(name, tmp_path):
    engine = ENGINES[name]
    if not engine.installed():
        pytest.skip(f"{engine.program} is not installed")
    found = engine.voices()
    assert found
    assert {voice.engine for voice in found} == {name}
    assert len({voice.identifier for voice in found}) == len(found)
    command = engine.command(found[-1], PLAIN, "Some words.", tmp_path / "speech.wav")
    subprocess.run(command.arguments, input=command.stdin, text=True, check=True, timeout=60)
    assert 0.3 < soundfile.info(tmp_path / "speech.wav").duration < 5


def test_effects_among_the_variants_of_espeak_are_excluded(tmp_path, monkeypatch):
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
