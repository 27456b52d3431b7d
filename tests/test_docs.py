"""The documents are true: their commands run or parse, their examples, tables and links hold."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from asr import bundle, errors
from asr.cli import main as asr_main
from asr.errors import AsrError
from asr.manifest import MANIFEST
from asr.settings import Settings
from batch import __main__ as batch_main
from tests.support import pages, sam_template
from tests.support.local_server import local_server
from tests.support.pages import PAGES, ROOT, Block
from training.augment import SpecAugment, WaveformAugmentation
from training.cli import COMMANDS
from training.data.manifest import COLUMNS
from training.download.registry import CORPUS_ARCHIVES
from training.fit import warm_start
from training.networks.registry import build
from training.recipe import Recipe

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z0-9-]+):.*##", MAKEFILE, re.M))
VARIABLES = set(re.findall(r"\$\(?(?:or |if )?\$?\(?([A-Z_]+)", MAKEFILE)) | set(
    re.findall(r"^(?:export )?([A-Z_]+) \?=", MAKEFILE, re.M)
)
STAMPS = re.findall(r"\$\(VENV\)/(\w+\.stamp)", MAKEFILE)
SERVER = "http://127.0.0.1:8000"  # as the pages write it
PYTHON = ".venv/bin/python"
FOLDERS = "lambda|training|tests|scripts|docs|layers|model_artifacts|samples|events|benchmarks"
SHELL, PYTHONS = pages.blocks("sh"), pages.blocks("python")
(BATCH,) = (block for block in SHELL if block.is_run and "make batch" in block.content)
KEYWORD = next(block for block in SHELL if "model_artifacts/keyword AUDIO" in block.content)
PARSED: dict[str, Callable[[list[str]], object]] = {
    "asr": asr_main.main,
    "batch": batch_main.main,
}


class Parsed(Exception):  # noqa: N818 - it reports success
    """Command line options were parsed; carries the parser."""


def options_of(main: Callable[[list[str]], object], arguments: list[str]) -> None:
    """Parse `arguments` as `main` does, and go no further; raises Parsed."""
    parse = argparse.ArgumentParser.parse_args

    def stop(parser, given=None, *_):
        parse(parser, given)
        raise Parsed(parser)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", stop)
        main(arguments)


def check_make(words: list[str]) -> None:
    for word in words:
        name, assigns, _ = word.partition("=")
        if assigns:
            assert name in VARIABLES, f"the Makefile uses no variable {name}"
        else:
            assert name in TARGETS, f"the Makefile has no target {name}"


def check_python(words: list[str]) -> None:
    """Check `-m MODULE OPTION...` by the module's own parser."""
    module, *arguments = words[words.index("-m") + 1 :]
    if module == "training":
        name, *arguments = arguments
        main = import_module(COMMANDS[name].module).main
    elif module in PARSED:
        main = PARSED[module]
    else:
        assert module == "pytest"
        return
    if "--help" not in arguments:
        with pytest.raises(Parsed):
            options_of(main, arguments)


def check_command(words: list[str]) -> None:
    if words[0] == "make":
        check_make(words[1:])
    elif words[0].endswith("python"):
        check_python(words)


@pytest.fixture(scope="module")
def server(aws_server: str) -> Iterator[str]:
    """The local server with the embedded model and jobs, and boto3's access to its storage."""
    with local_server(Settings(), aws_server) as url:
        yield url


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the repository, with recordings and programs for `Shell`."""
    folder = tmp_path_factory.mktemp("workplace")
    for name in ("Makefile", "lambda", "layers", "model_artifacts", "samples", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    sample = (ROOT / "samples" / "seven.flac").read_bytes()
    (folder / "recordings").mkdir()
    (folder / "recordings" / "meeting.flac").write_bytes(sample)
    (folder / "talk.mp3").write_bytes(sample)
    return folder


class Shell:
    """Runs each line of a script once, as a reader would, with this Python and its packages."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server = folder, server
        self._printed: dict[str, str] = {}
        programs = folder / "programs"
        programs.mkdir()
        installed = " ".join(f"-o .venv/{stamp}" for stamp in sorted(set(STAMPS)))
        for name, options in {
            "make": f'{installed} BIN="{Path(sys.executable).parent}"',
            "curl": "--fail-with-body --silent --show-error",
        }.items():
            (programs / name).write_text(f'#!/bin/sh\nexec {shutil.which(name)} {options} "$@"\n')
            (programs / name).chmod(0o755)
        # Not of the `make` that may have started the tests: a nested one prints its folder.
        inherited = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
        self._environment = {
            **inherited,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'lambda'}",
        }

    def __call__(self, script: str) -> str:
        """What `script`, whose lines depend on nothing but files, prints; fails where it does."""
        lines = script.replace("\\\n", " ").splitlines()
        return "".join(self._line(line) for line in lines)

    def _line(self, line: str) -> str:
        line = line.partition("   #")[0]
        if line not in self._printed:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", self._here(line)],
                cwd=self._folder,
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            self._printed[line] = done.stdout
        return self._printed[line]

    def _here(self, script: str) -> str:
        return script.replace(SERVER, self._server).replace(PYTHON, sys.executable)


@pytest.fixture(scope="module")
def shell(workplace: Path, server: str) -> Shell:
    return Shell(workplace, server)


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_a_shell_block_parses_and_its_commands_exist(block: Block):
    subprocess.run(["bash", "-n", "-c", block.content], check=True)
    for command in pages.commands(block.content):
        check_command(list(command.words))


@pytest.mark.parametrize("block", [each for each in SHELL if each.is_run], ids=str)
def test_a_shell_block_runs(block: Block, shell: Shell):
    shell(block.content)


def test_the_first_command_of_the_readme_transcribes_the_sample(shell: Shell):
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("```sh\n")[1].splitlines()[0]
    assert shell(first).split()[:2] == ["good", "morning"]


def test_batch_writes_the_files_that_its_page_names(workplace: Path, shell: Shell):
    shell(BATCH.content)
    written = {path.name for path in (workplace / "recordings-transcripts").glob("[!.]*")}
    assert written == {f"meeting.flac{suffix}" for suffix in (".json", ".srt", ".vtt")}


@pytest.mark.parametrize("block", SHELL + PYTHONS, ids=str)
def test_a_block_that_is_not_run_says_why(block: Block):
    assert block.is_run or len(block.marker.removeprefix("not run: ").split()) > 2


@pytest.mark.parametrize("block", PYTHONS, ids=str)
def test_a_python_example_compiles(block: Block):
    compile(block.content, str(block.page), "exec")


@pytest.mark.parametrize("block", [each for each in PYTHONS if each.is_run], ids=str)
def test_a_python_example_runs(block: Block, server: str, workplace: Path, capsys):
    code = compile(block.content.replace(SERVER, server), str(block.page), "exec")
    with chdir(workplace):
        exec(code, {"api_url": server, "headers": {}})
    printed = capsys.readouterr().out
    assert printed.startswith(("good morning", "queued"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_anchors_resolve(page: Path):
    for link in pages.links(page):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in pages.anchors(target), link


@pytest.mark.parametrize(
    "page", [each for each in PAGES if each.stem != "CHANGELOG"], ids=lambda page: page.stem
)
def test_inline_code_names_what_exists(page: Path):
    for span in pages.spans(page):
        if re.fullmatch(rf"({FOLDERS}|statemachine)/[\w./*-]*", span):
            assert list(ROOT.glob(span.rstrip("/"))), span
        elif span.startswith("make "):
            check_make([word for word in span.split()[1:] if "$" not in word])
        elif found := re.match(r"python -m training ([a-z-]+)", span):
            assert found[1] in COMMANDS, span


def test_paths_in_blocks_exist():
    for block in SHELL + PYTHONS:
        for path in re.findall(rf"(?<![\w/.-])(?:{FOLDERS})/[\w./*-]+", block.content):
            assert list(ROOT.glob(path)), path


def test_options_in_inline_code_exist():
    known = {"--help"}
    for main in [
        *PARSED.values(),
        *(import_module(each.module).main for each in COMMANDS.values()),
    ]:
        with pytest.raises((Parsed, SystemExit)) as ended:
            options_of_any(main)
        known |= ended.value.args[0]
    for page in PAGES:
        for span in pages.spans(page):
            for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", span):
                assert option in known or "curl" in span, f"{page.name}: {option}"


def options_of_any(main: Callable[[list[str]], object]) -> None:
    """Raise Parsed with the options of the parser that `main` makes."""

    def stop(parser, *_):
        raise Parsed({name for action in parser._actions for name in action.option_strings})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", stop)
        main([])


def test_the_example_of_fine_tuning_starts_from_the_embedded_model(tmp_path: Path):
    (example,) = pages.blocks("yaml")
    shutil.copytree(ROOT / "training" / "recipes", tmp_path / "recipes")
    file = tmp_path / "recipes" / "my_speech.yaml"
    file.write_text(example.content, encoding="utf-8")
    recipe = Recipe.read(file)
    recogniser, _ = build(recipe.network, recipe.front_end, recipe.parameters)
    warm_start.initialise(recogniser, ROOT / recipe.init_from, recipe.reinitialise)


# JSON examples


def members(value: object) -> object:
    """The names of the members of JSON, with those of its first items; ELIDED stands for any."""
    if isinstance(value, dict):
        if "..." in value:
            return ELIDED
        return {name: members(each) for name, each in value.items()}
    if isinstance(value, list) and value:
        return ELIDED if value[0] == "..." else [members(value[0])]
    return ELIDED


ELIDED = "..."


def agree(shown: object, real: object, where: str = "") -> None:
    """Fail where an example has other members than the real answer."""
    if shown == ELIDED:
        return
    if isinstance(shown, list):
        assert isinstance(real, list), where
        agree(shown[0], real[0], f"{where}[]")
        return
    assert isinstance(shown, dict), where
    assert isinstance(real, dict), where
    assert shown.keys() == real.keys(), where
    for name, each in shown.items():
        agree(each, real[name], f"{where}.{name}")


@pytest.fixture
def answers(server: str, shell: Shell, workplace: Path) -> dict[str, Callable[[], Any]]:
    """What really answers, by the name in the marker of an example."""

    def transcribe() -> Any:
        audio = (ROOT / "samples" / "hello.flac").read_bytes()
        return requests.post(f"{server}/v1/transcribe", data=audio, timeout=60).json()

    def problem() -> Any:
        return requests.post(f"{server}/v1/transcribe?format=pdf", timeout=60).json()

    def job() -> Any:
        made = requests.post(f"{server}/v1/jobs", json={"file_name": "talk.mp3"}, timeout=60)
        return requests.get(f"{server}/v1/jobs/{made.json()['id']}", timeout=60).json()

    def keyword() -> Any:
        return json.loads(shell(KEYWORD.content))

    def batch() -> Any:
        shell(BATCH.content)
        return json.loads((workplace / "recordings-transcripts" / "meeting.flac.json").read_text())

    return {
        "transcribe": transcribe,
        "problem": problem,
        "job": job,
        "keyword": keyword,
        "batch": batch,
    }


@pytest.mark.parametrize("block", pages.blocks("json"), ids=str)
def test_a_json_example_has_the_members_of_the_real_answer(
    block: Block, answers: dict[str, Callable[[], Any]]
):
    real = answers[block.marker.removeprefix("answer: ")]()
    agree(members(json.loads(block.content)), members(real))


# Tables


def test_the_readme_is_short_and_shows_the_four_paths_first():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 170
    for page in ("batch", "deploy", "api", "training"):
        assert f"docs/{page}.md" in "\n".join(lines[:25])


def test_every_page_is_linked_from_the_readme():
    linked = {link.partition("#")[0] for link in pages.links(ROOT / "README.md")}
    for page in PAGES[1:]:
        assert page.relative_to(ROOT).as_posix() in linked, page.name


def test_the_table_of_routes_is_that_of_the_openapi_document():
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    pages_of_ours = {"GET /", "GET /docs", "GET /openapi.json"}
    assert set(pages.names("docs/api.md", "route")) == described | pages_of_ours


def test_the_table_of_errors_is_the_closed_list():
    known = {
        (str(each.status), f"`{each.code}`")
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, AsrError) and each is not AsrError
    }
    shown = {(status, code) for status, code, _ in pages.table("docs/api.md", "status | code")}
    assert shown == known | {("404", "`not_found`")}


def test_the_table_of_parameters_is_that_of_the_template():
    template = sam_template.read()
    shown: dict[str, str] = {}
    for row in pages.table("docs/deploy.md", "parameter"):
        parameters = re.findall(r"`(\w+)`", row[0])
        defaults = [each.strip(" `") for each in row[2].strip("| ").split(", ")]
        defaults = defaults if len(defaults) > 1 else defaults * len(parameters)
        shown |= dict(zip(parameters, defaults, strict=True))
    real = {
        name: str(parameter.get("Default")) or "empty"
        for name, parameter in template["Parameters"].items()
    }
    assert shown == real


def test_the_table_of_outputs_is_that_of_the_template():
    assert set(pages.names("docs/deploy.md", "output")) == set(sam_template.read()["Outputs"])


def test_the_table_of_environment_variables_is_complete():
    read = {
        name
        for path in (ROOT / "lambda").rglob("settings.py")
        for name in re.findall(r'"([A-Z][A-Z0-9_]*)"', path.read_text(encoding="utf-8"))
    }
    assert set(pages.names("docs/deploy.md", "variable")) == read


def test_the_table_of_the_manifest_is_that_of_the_schema():
    shown = pages.names("docs/models.md", "member")
    schema = json.loads((ROOT / "lambda" / "asr" / "manifest.schema.json").read_text())
    embedded = json.loads((bundle.EMBEDDED / MANIFEST).read_text())
    described = set(shown) & set(schema["properties"])
    assert described == set(schema["properties"])
    assert set(embedded) <= set(schema["properties"])


@pytest.mark.parametrize(
    "page, heading, real",
    [
        ("docs/training.md", "command", list(COMMANDS)),
        ("docs/training.md", "recipe", [p.stem for p in ROOT.glob("training/recipes/*.yaml")]),
        ("docs/data.md", "column", list(COLUMNS)),
        ("docs/data.md", "`augmentation`", [each.name for each in fields(WaveformAugmentation)]),
        ("docs/data.md", "`spec_augment`", [each.name for each in fields(SpecAugment)]),
    ],
    ids=["commands", "recipes", "columns", "augmentation", "spec_augment"],
)
def test_a_table_is_complete(page: str, heading: str, real: list[str]):
    shown = Counter(pages.names(page, heading))
    assert shown == Counter(real)


def test_the_table_of_recipe_keys_is_complete():
    shown = pages.names("docs/training.md", "key")
    keys = {each.name for each in fields(Recipe)} | {"extends"}
    assert set(shown) == keys


def test_the_names_of_corpora_are_known():
    for name in pages.names("docs/data.md", "name"):
        if name.endswith("/PART"):
            assert any(each.startswith(name[:-4]) for each in CORPUS_ARCHIVES), name
        else:
            assert name in CORPUS_ARCHIVES


def test_every_make_target_is_documented():
    spoken = " ".join(page.read_text(encoding="utf-8") for page in PAGES[:3] + PAGES[4:])
    for target in TARGETS:
        assert re.search(rf"make {target}\b(?!-)", spoken), target


def test_the_error_rates_of_the_readme_are_those_that_were_measured():
    measured = measurements("default")
    test = measured["sets"]["sentences-test"]
    rates = [
        test["all"],
        test["corpora"]["ls-train-clean"],
        measured["decoders"]["sets"]["sentences-test"]["beam"]["all"],
        measured["reference"]["sets"]["sentences-test"]["all"],
    ]
    shown = [[float(cell) for cell in row[1:]] for row in pages.table("README.md", "decoding")]
    assert shown == [[round(each["wer"], 2), round(each["cer"], 2)] for each in rates]


def test_the_accuracies_of_the_keyword_page_are_those_that_were_measured():
    test = measurements("keyword")["sets"]["words-test"]
    rates = [test["all"], *(test["corpora"][name] for name in ("wake", "sc1", "fsdd"))]
    shown = [row[1:] for row in pages.table("docs/keywords.md", "data set")]
    assert shown == [[f"{each['utterances']:,}", f"{each['accuracy']:.3f}"] for each in rates]


def measurements(model: str) -> Any:
    file = ROOT / "model_artifacts" / model / "measurements.json"
    return json.loads(file.read_text(encoding="utf-8"))


def test_the_glossary_is_sorted_and_names_a_place_for_each_term():
    rows = pages.table("docs/glossary.md", "term")
    terms = [row[0].lower() for row in rows]
    assert terms == sorted(terms)
    for term, _, where in rows:
        assert "`" in where or "](" in where, term


# Tools


def test_pre_commit_uses_the_versions_of_the_tests():
    pinned = dict(
        line.split("==")
        for line in (ROOT / "tests" / "requirements.txt").read_text().splitlines()
        if "==" in line
    )
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    revisions = {repo["repo"].rpartition("/")[2]: repo["rev"] for repo in hooks["repos"]}
    assert revisions["ruff-pre-commit"] == f"v{pinned['ruff']}"
    assert revisions["codespell"] == f"v{pinned['codespell']}"


def test_ci_runs_what_a_developer_runs():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    steps = workflow["jobs"]["check"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert [s["with"]["python-version"] for s in steps if "setup-python" in s.get("uses", "")] == [
        "3.11"
    ]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
