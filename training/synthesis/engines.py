"""Free speech synthesis engines: their installed voices and command lines.

Engines and voices whose licences forbid commercial use (MBROLA's, some of RHVoice's) are excluded,
since models trained on their speech are published.
"""

import re
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from training.synthesis.voices import Engine, EngineCommand, Prosody, Voice

ESPEAK_ACCENTS = (
    "en-gb",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-gb-x-rp",
    "en-029",
    "en-us",
    "en-us-nyc",
)
# Variants that are hard to understand, or sound effects.
ESPEAK_EXCLUDED = re.compile("robo|demonic|whisper|fast|^mr$", re.IGNORECASE)
ESPEAK_WORDS_PER_MINUTE = 175  # default rate
KAL_HERTZ, KED_HERTZ = 105, 105  # mean pitch of the diphone voices
FLITE_VOICES = {"kal16": "kal", "awb": "awb", "rms": "rms", "slt": "slt"}
FESTIVAL_VOICES = {"kal_diphone": "kal", "ked_diphone": "ked", "cmu_us_slt_arctic_hts": "slt"}
FESTIVAL_FOLDER = Path("/usr/share/festival/voices")
RHVOICE_VOICES = ("alan", "bdl", "clb", "slt")
RHVOICE_FOLDER = Path("/usr/share/RHVoice/voices")
PICO_VOICES = ("en-US", "en-GB")


def _espeak_voices() -> list[Voice]:
    listing = subprocess.run(
        ["espeak-ng", "--voices=variant"], check=True, capture_output=True, text=True
    ).stdout
    variants = sorted(set(re.findall(r"!v/(\S+)", listing)))
    return [
        Voice("espeak-ng", accent, variant, f"espeak-ng {variant}")
        for variant in variants
        if not ESPEAK_EXCLUDED.search(variant)
        for accent in ESPEAK_ACCENTS
    ]


def _espeak(voice: Voice, prosody: Prosody, sentence: str, file: Path) -> EngineCommand:
    speed = round(ESPEAK_WORDS_PER_MINUTE * prosody.rate)
    pitch = min(99, round(50 * prosody.pitch))
    name = f"{voice.name}+{voice.variant}"
    options = ["-v", name, "-s", str(speed), "-p", str(pitch), "-w", str(file), "--stdin"]
    return EngineCommand(["espeak-ng", *options], sentence)


def _flite_voices() -> list[Voice]:
    listing = subprocess.run(["flite", "-lv"], check=True, capture_output=True, text=True).stdout
    names = listing.partition(":")[2].split()
    return [
        Voice("flite", name, "", speaker) for name, speaker in FLITE_VOICES.items() if name in names
    ]


def _flite(voice: Voice, prosody: Prosody, sentence: str, file: Path) -> EngineCommand:
    features = ["--setf", f"duration_stretch={1 / prosody.rate:.3f}"]
    if voice.speaker == "kal":
        features += ["--setf", f"int_f0_target_mean={KAL_HERTZ * prosody.pitch:.0f}"]
    arguments = ["flite", "-voice", voice.name, *features, "-t", sentence, "-o", str(file)]
    return EngineCommand(arguments, "")


def _festival_voices() -> list[Voice]:
    names = {folder.name for folder in FESTIVAL_FOLDER.glob("*/*")}
    voices = FESTIVAL_VOICES.items()
    return [Voice("festival", name, "", speaker) for name, speaker in voices if name in names]


def _festival(voice: Voice, prosody: Prosody, sentence: str, file: Path) -> EngineCommand:
    if voice.name.endswith("_hts"):
        rate = (
            f'(set! hts_engine_params (append hts_engine_params (list (list "-r" {prosody.rate}))))'
        )
    else:
        hertz = (KED_HERTZ if voice.speaker == "ked" else KAL_HERTZ) * prosody.pitch
        rate = (
            f"(Parameter.set 'Duration_Stretch {1 / prosody.rate})\n"
            f"(set! int_lr_params '((target_f0_mean {hertz}) (target_f0_std 15) "
            "(model_f0_mean 170) (model_f0_std 34)))"
        )
    quoted = sentence.replace("\\", "\\\\").replace('"', '\\"')
    script = (
        f'(voice_{voice.name})\n{rate}\n(set! utterance (Utterance Text "{quoted}"))\n'
        f'(utt.synth utterance)\n(utt.save.wave utterance "{file}" \'riff)\n'
    )
    return EngineCommand(["festival", "--pipe"], script)


def _pico_voices() -> list[Voice]:
    return [Voice("pico", name, "", f"pico {name}") for name in PICO_VOICES]


def _pico(voice: Voice, prosody: Prosody, sentence: str, file: Path) -> EngineCommand:
    markup = (
        f'<speed level="{100 * prosody.rate:.0f}"><pitch level="{100 * prosody.pitch:.0f}">'
        f"{escape(sentence)}</pitch></speed>"
    )
    return EngineCommand(["pico2wave", "-l", voice.name, "-w", str(file), markup], "")


def _rhvoice_voices() -> list[Voice]:
    names = [name for name in RHVOICE_VOICES if (RHVOICE_FOLDER / name).is_dir()]
    return [Voice("rhvoice", name, "", name) for name in names]


def _rhvoice(voice: Voice, prosody: Prosody, sentence: str, file: Path) -> EngineCommand:
    options = ["-r", f"{100 * prosody.rate:.0f}", "-t", f"{100 * prosody.pitch:.0f}"]
    return EngineCommand(["RHVoice-test", "-p", voice.name, *options, "-o", str(file)], sentence)


# The shares favour engines with recorded speakers, and among these the ones with more voices.
ENGINES = {
    engine.name: engine
    for engine in (
        Engine("espeak-ng", "espeak-ng", "espeak-ng", 0.3, _espeak_voices, _espeak),
        Engine("flite", "flite", "flite", 0.2, _flite_voices, _flite),
        Engine(
            "festival",
            "festival",
            "festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts",
            0.1,
            _festival_voices,
            _festival,
        ),
        Engine("pico", "pico2wave", "libttspico-utils (non-free)", 0.15, _pico_voices, _pico),
        Engine(
            "rhvoice",
            "RHVoice-test",
            "rhvoice rhvoice-english (non-free)",
            0.2,
            _rhvoice_voices,
            _rhvoice,
        ),
    )
}
