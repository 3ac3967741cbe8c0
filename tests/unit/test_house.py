"""House rules that no linter knows. Part of `make check`, so it stays fast."""

import ast
import importlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lawkeep"
REFERENCE = ROOT / "docs" / "reference"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 500


@cache
def _kept() -> list[Path]:
    """Files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in map(ROOT.joinpath, names) if path.is_file()]


@cache
def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.load_everything()
    return module


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_module_is_long_without_a_reason() -> None:
    long = []
    for path in [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES and not any("long because" in line for line in lines[:15]):
            long.append(f"{_short(path)}: {len(lines)} lines")
    assert not long, f"split, or say `long because ...` in the first lines: {long}"


# Written so that this file does not hold what it looks for.
_MACHINE = (
    r"(?<![\w.])/(?:work|root|opt/wheels|private/var)/"
    r"|/home/(?!lawkeep\b|user\b)\w+/|(?<![\w.])/Users/\w"
)
_REGISTRY = "|".join(
    [
        r"files\.python" + r"hosted\.org",
        r"(?:test\.)?pypi" + r"\.org/simple",
        r"registry\.npm" + r"js\.org",
        r"registry\.npm" + r"mirror\.com",
        r"deb\.deb" + r"ian\.org",
        r"(?:extra-)?index-url\s*[=\s]\s*\S*:" + r"//",
        r"find-links[=\s]+\S*/",
    ]
)
_LEAK = re.compile(rf"(?:{_MACHINE}|{_REGISTRY})".encode())


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in _kept():
        hit = _LEAK.search(path.read_bytes())
        if hit:
            found.append(f"{_short(path)}: {hit.group().decode()}")
    assert not found


def test_leaks_would_be_found() -> None:
    """The pattern above sees what it should and leaves ordinary addresses alone."""
    for bad in ("see /wo" + "rk/x", "'/ro" + "ot/.cache'", "--index-" + "url https://x.example"):
        assert _LEAK.search(bad.encode()), bad
    for good in ("https://example.org/work/x", "src/work/jobs.py", "a / root / b", "/rootless/"):
        assert not _LEAK.search(good.encode()), good


def test_every_yaml_of_the_package_parses() -> None:
    broken = []
    for path in [*PACKAGE.rglob("*.yaml"), *PACKAGE.rglob("*.yml")]:
        try:
            # The C loader only for speed; it refuses the same documents.
            list(yaml.load_all(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        except yaml.YAMLError as problem:
            broken.append(f"{_short(path)}: {problem}")
    assert not broken


def test_package_data_is_kept_by_git() -> None:
    """The wheel holds what git keeps: an ignored template would be missing from it."""
    kept = set(_kept())
    made = {".pyc", ".pyo"}
    missing = [
        _short(path)
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in made and path not in kept
    ]
    assert not missing, f"git ignores {missing}"


def test_imports_stand_at_the_top() -> None:
    """No import inside a function hides from the contract of layers; the CLI may be lazy."""
    hidden = []
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "cli"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                hidden += [
                    f"{_short(path)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    or (isinstance(node, ast.Name) and node.id == "__import__")
                ]
    assert not hidden


def test_suppressions_give_a_reason() -> None:
    """`noqa` and `type: ignore` name their rule and say why on the same line."""
    bare = []
    mark = re.compile(r"#\s*(noqa|type:\s*ignore)(.*)$")
    for path in [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            hit = mark.search(line)
            if (
                path != Path(__file__)
                and hit
                and not re.match(
                    r"(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[\w\-, ]+\])\s*(#|-|:)?\s*\w{2,}",
                    hit.group(2),
                )
            ):
                bare.append(f"{_short(path)}:{number}")
    assert not bare


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    left = [
        f"{_short(path)}:{number}"
        for path in _kept()
        if path.suffix in {".py", ".yaml", ".html", ".js", ".css", ".md"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert not left


@pytest.mark.parametrize(
    "page",
    [
        *("errors.md", "errors.zh-CN.md", "events.md", "events.zh-CN.md"),
        *("duties.md", "duties.zh-CN.md"),
    ],
)
def test_generated_reference_is_what_the_code_says(page: str) -> None:
    path = REFERENCE / page
    says = _reference().pages()[path]
    assert path.read_text(encoding="utf-8") == says, "run `make reference` and commit the pages"


def test_every_error_speaks_both_languages() -> None:
    from lawkeep.model.errors import CATALOGUE

    _reference()
    chinese = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")  # or its punctuation
    field = re.compile(r"{(\w+)")
    wrong = []
    for code, kind in CATALOGUE.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code) or not 0 <= kind.exit_code <= 5:
            wrong.append(f"{code}: code or exit code")
        if not (kind.en and kind.do_en and chinese.search(kind.zh) and chinese.search(kind.do_zh)):
            wrong.append(f"{code}: a text is missing or not Chinese")
        # The same details, except those that carry the language in their name.
        one, other = (
            {name for name in field.findall(text) if not name.endswith(("_en", "_zh"))}
            for text in (kind.en + kind.do_en, kind.zh + kind.do_zh)
        )
        if one - other:
            wrong.append(f"{code}: only the English text says {sorted(one - other)}")
    assert len(CATALOGUE) > 5
    assert not wrong


def test_every_command_is_documented() -> None:
    if not (PACKAGE / "cli" / "main.py").exists():
        pytest.fail("src/lawkeep/cli/main.py is missing: the program has no commands")
    reference = _reference()
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    app = importlib.import_module("lawkeep.cli.main").app
    names = list(reference.command_names(app))
    assert names
    missing = [name for name in names if f"# lawkeep {name}\n" not in page]
    assert not missing, f"run `make reference`: {missing}"
    gone = [
        head for head in re.findall(r"^#+ lawkeep (.+)$", page, re.MULTILINE) if head not in names
    ]
    assert not gone, f"run `make reference`: {gone} exist only in the page"


def test_every_setting_is_documented() -> None:
    """Environment variables are named in full in the code, so they can be found."""
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    used = {
        name
        for path in MODULES
        for name in re.findall(r"\bLAWKEEP_[A-Z][A-Z0-9_]*", path.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"\bLAWKEEP_[A-Z][A-Z0-9_]*", page))
    assert used == told, f"docs/reference/settings.md lacks {used - told}, invents {told - used}"


def test_chinese_twins_have_an_original() -> None:
    alone = [
        _short(path)
        for path in _kept()
        if path.name.endswith(".zh-CN.md")
        and not path.with_name(path.name.replace(".zh-CN.md", ".md")).exists()
    ]
    assert not alone


def test_changelog_fragments_are_of_a_known_type() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = {kind["directory"] for kind in settings["tool"]["towncrier"]["type"]}
    name = re.compile(rf"\+?[\w-]+\.({'|'.join(known)})(\.\d+)?\.md")
    wrong = [
        path.name
        for path in (ROOT / "changelog.d").iterdir()
        if path.name not in {"README.md", ".gitignore"}
        and not (name.fullmatch(path.name) and path.read_text(encoding="utf-8").strip())
    ]
    assert not wrong, f"name them WORDS.TYPE.md, TYPE one of {sorted(known)}"


def _locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {found.lower() for found in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def test_notice_names_everything_that_is_installed() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    named = {found.lower() for found in re.findall(r"^- ([\w.-]+):", notice, re.MULTILINE)}
    assert _locked("run.txt") - named == set()
    assert named - _locked("run.txt") == set(), "NOTICE names what is no longer installed"


def test_locks_hold_hashes_and_agree() -> None:
    pins = {}
    for name in ("run.txt", "test.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=\S)", text)
        bare = [
            block.splitlines()[0] for block in blocks if block and "--hash=sha256:" not in block
        ]
        assert not bare, f"requirements/{name} has no hash for {bare}"
        pins[name] = set(re.findall(r"^(\S+==[^\s;\\]+)", text, re.MULTILINE))
    assert pins["run.txt"] <= pins["test.txt"] <= pins["dev.txt"], "run `make lock`"


def test_only_supported_python_is_asked_for() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)
