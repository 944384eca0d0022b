import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import skae

ROOT = Path(__file__).parents[1]


def run_python(code, **options):
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        **options,
    )
    return result.stdout.strip()


def readme_commands():
    section = (ROOT / "README.md").read_text().split("## Two commands")[1]
    section = section.split("\n## ")[0]
    return re.findall(r"```bash\n(.*?)\n```", section, flags=re.DOTALL)


def test_readme_has_two_commands_of_one_line():
    commands = readme_commands()
    assert len(commands) == 2
    for command in commands:
        assert command.startswith("python3 -m venv .venv && ")
        assert "\n" not in command
    assert commands[0].endswith("-m skae")
    assert commands[1].endswith("-m pytest")


def test_ci_runs_the_readme_command_to_the_letter():
    script = (ROOT / ".ci" / "run").read_text()
    (command,) = re.findall(r"^test_command='(.*)'$", script, flags=re.MULTILINE)
    assert command == readme_commands()[1]
    assert re.search(r'^bash -c "\$test_command"$', script, flags=re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_ci_knows_the_names_on_windows():
    script = (ROOT / ".ci" / "run").read_text()
    lines = re.search(r"^test_command=.*?^fi$", script, re.M | re.S).group()
    for system, expected in (
        ("linux-gnu", readme_commands()[1]),
        (
            "msys",
            'python -m venv .venv && .venv/Scripts/pip install -e ".[test]" && '
            ".venv/Scripts/python -m pytest",
        ),
    ):
        shell = f'OSTYPE={system}\n{lines}\nprintf "%s|%s" "$test_command" "$bin"'
        printed = subprocess.run(
            ["bash", "-c", shell], check=True, capture_output=True, text=True
        ).stdout
        assert printed == f"{expected}|{expected.split()[5].removesuffix('/pip')}"


def test_versions_agree():
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.findall(r"^version: (.*)$", citation, re.M) == [skae.__version__]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert re.findall(r"^license: (.*)$", citation, re.M) == [project["license"]]
    (ruff,) = (r for r in project["optional-dependencies"]["test"] if "ruff" in r)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    (found,) = re.findall(r"ruff-pre-commit\n +rev: v(\S+)", hooks)
    assert Requirement(ruff).specifier.contains(found)


@pytest.mark.slow
def test_readme_example_runs():
    text = (ROOT / "README.md").read_text().split("## Example")[1]
    example = re.search(r"```python\n(.*?)\n```", text, flags=re.DOTALL).group(1)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert names["plane"].shape == (1257, 2)
    assert set(names["search"].best_params_) == set(names["grid"])
    assert names["search"].score(names["digits"].X_test) > 0.5


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / "README.md").read_text())
    assert len(links) > 20
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_import_loads_neither_keras_nor_matplotlib():
    heavy = ["keras", "tensorflow", "matplotlib"]
    code = (
        "import os, sys; before = dict(os.environ); import skae;"
        f"print([name for name in {heavy} if name in sys.modules]);"
        "print(before == os.environ)"
    )
    assert run_python(code) == "[]\nTrue"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("build", reason="build (of the test extra) is not installed")
    pytest.importorskip(
        "hatchling", reason="hatchling (of the test extra) is not installed"
    )
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run(
        [*command, "--outdir", out, ROOT], check=True, capture_output=True, text=True
    )
    (path,) = out.glob("*.whl")
    return path


def test_wheel_holds_the_package_and_nothing_else(wheel):
    info = f"skae-{skae.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0] for name in names} == {"skae", info}
    package = {name for name in names if name.startswith("skae/")}
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "skae").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package == sources
    assert "skae/py.typed" in package
    assert f"{info}/licenses/LICENSE" in names


def test_wheel_works_from_an_empty_folder(wheel, tmp_path):
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        "import skae, skae.datasets;"
        "print(skae.__file__, skae.datasets.load_digits().X_test.shape)"
    )
    printed = run_python(code, cwd=empty, env=os.environ | {"PYTHONPATH": str(site)})
    assert printed == f"{site / 'skae' / '__init__.py'} (540, 64)"
