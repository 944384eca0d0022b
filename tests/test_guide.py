"""What the guide says of the code: defaults, the words of docstrings, figures.

A sentence that names a default is followed by a comment, which readers of the site do
not see and writers cannot miss: ``<!-- default: Autoencoder.init="pca" -->``, several
of them with semicolons. A figure that a benchmark measured is followed by
``<!-- figure: SECTION / ROW / COLUMN -->``: where docs/benchmarks.md, which holds what
the benchmarks printed, has it. A row is named by one of its cells, or by several
with "&".
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from discovery import estimator_classes

import skae
from skae import BaseAutoencoder
from skae.data import Layout
from skae.engine import MANY_ROWS, Architecture, margin_of_luck
from skae.estimator._docstrings import _entries, _sections
from skae.estimator._shared_texts import PARAMETERS

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted((ROOT / "docs" / "guide").glob("*.md")),
    *(ROOT / "docs" / name for name in ("choosing.md", "migration.md", "scaling.md")),
    ROOT / "README.md",
]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
MARK = re.compile(r"<!-- (\w[\w ]*): (.*?) -->", re.S)
# "The default" as a thing, of which nothing is said that could be wrong.
SAYS_A_DEFAULT = re.compile(
    r"(?i)\bby default\b|\bdefaults? (?:is|are)\b|, the default\b|\bdefault `|"
    r"is the default\b|\bfor default\b"
)


def marks(kind):
    """All comments of a kind, with the text of their page that comes before."""
    for page in PAGES:
        text = page.read_text()
        for mark in MARK.finditer(text):
            if mark[1] == kind:
                yield page, text[: mark.start()], " ".join(mark[2].split())


def prose(page):
    """Paragraphs, items and lines of tables, without code blocks."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    return [p for p in re.split(r"\n\s*\n|\n(?=[-|*] )", text) if p.strip()]


def test_no_line_begins_with_a_comment():
    """Markdown would take it, and what comes behind it, out of its paragraph."""
    for page in PAGES:
        assert not re.search(r"^ *<!-- \w[\w ]*: ", page.read_text(), re.M), page


def stated_defaults():
    for page, _, text in marks("default"):
        for part in text.split(";"):
            name, _, value = part.strip().partition("=")
            yield pytest.param(name, value, id=f"{page.stem}:{name}")


@pytest.mark.parametrize(("name", "value"), list(stated_defaults()))
def test_a_stated_default_is_the_code_s(name, value):
    cls, parameter = name.split(".")
    found = inspect.signature(getattr(skae, cls)).parameters[parameter].default
    assert ast.literal_eval(value) == found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_who_states_a_default_says_which(page):
    for paragraph in prose(page):
        if SAYS_A_DEFAULT.search(paragraph):
            assert "<!-- default: " in paragraph, paragraph


def test_defaults_of_training_are_told_in_the_docstring_s_words():
    """So that one place has them, which other tests compare with the code."""
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*?) \|$",
        (ROOT / "docs/guide/basics.md").read_text(),
        re.M,
    )
    assert len(rows) > 6
    entries = _entries(PARAMETERS)
    default = inspect.signature(skae.Autoencoder).parameters
    for name, value, words in rows:
        assert ast.literal_eval(value) == default[name].default, name
        assert words in " ".join(entries[name].split()), name


def test_luck_and_many_rows():
    for page, before, value in marks("luck"):
        assert value in before[-80:], page
        assert margin_of_luck(10**6) * 10**3 == pytest.approx(float(value), rel=1e-3)
    for page, before, value in marks("many rows"):
        assert value in before[-80:], page
        assert int(value) == MANY_ROWS


def section(text, title):
    """Lines of a page below a headline, up to the next of its level or above."""
    level, start = next(
        (m[1], m.end())
        for m in re.finditer(r"^(#+) (.*)$", text, re.M)
        if m[2].strip() == title
    )
    end = re.search(rf"^#{{1,{len(level)}}} ", text[start:], re.M)
    return text[start:][: end.start() if end else None].splitlines()


def measured(title, row, column):
    """Cells of the tables of a section that stand in such a row and column."""
    header, found = [], []
    for line in section((ROOT / "docs/benchmarks.md").read_text(), title):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif column in header and set(row.split(" & ")) <= set(cells):
            found.append(cells[header.index(column)])
    return found


@pytest.mark.parametrize(
    ("page", "before", "place"),
    [pytest.param(*m, id=f"{m[0].stem}: {m[2]}") for m in marks("figure")],
)
def test_a_figure_is_what_the_benchmark_measured(page, before, place):
    """As it is told: rounded."""
    cell = before[-60:].rsplit("|")[-1].rsplit("-->")[-1]
    told = re.findall(r"\d*\.?\d+", cell)[0]
    found = measured(*(part.strip() for part in place.split(" / ")))
    numbers = [float(x) for cell in found for x in re.findall(r"\d*\.?\d+", cell)]
    decimals = len(told.partition(".")[2])
    assert float(told) in [round(x, decimals) for x in numbers], (told, found)


def test_there_are_figures():
    assert len(list(marks("figure"))) > 5


def test_the_list_of_hooks_is_the_code_s(monkeypatch):
    """`python docs/_extensions/hooks.py` writes it."""
    monkeypatch.syspath_prepend(ROOT / "docs/_extensions")
    hooks = importlib.import_module("hooks")
    page = hooks.PAGE.read_text()
    assert page == hooks.written(page)


def overridden(base):
    """Names of `base` that a family of the package has in another way."""
    todo, found = base.__subclasses__(), set()
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if cls.__module__.startswith("skae."):
            found |= vars(cls).keys() & vars(base).keys()
    return {name for name in found if not name.startswith("__")}


@pytest.mark.parametrize("base", [Architecture, Layout])
def test_what_families_override_is_a_hook(base):
    # Between the families and what they derive from.
    between = {"parameter_constraints", "is_linear", "unexplained_variance", "loss"}
    between |= {"rows_to_leave_pca"}
    # What building and encoding a head is; data that are there where files have none.
    others = {"build", "units", "_abc_impl"}
    assert overridden(base) - between - others <= base.HOOKS.keys()


def test_the_gallery_is_a_path():
    path = ROOT / "docs/_extensions/gallery_order.py"
    names = {}
    exec(compile(path.read_text(), path, "exec"), names)
    files = {file.stem for file in (ROOT / "examples").rglob("plot_*.py")}
    assert set(names["PATH"]) == files


@pytest.mark.parametrize("cls", estimator_classes())
def test_references_are_cited(cls):
    """Each that is listed, in the text of the class or of a method."""
    text = inspect.getdoc(cls)
    listed = re.findall(
        r"^\s*\.\. \[(\d+)\]", _sections(text).get("References", ""), re.M
    )
    cited = set(re.findall(r"\[(\d+)\]_", text))
    assert set(listed) == cited


def test_parameters_that_some_families_have():
    text = (ROOT / "docs" / "guide" / "basics.md").read_text()
    section = text.split("## Parameters that some families have")[1].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if "`" in line]
    assert len(rows) == 5
    families = [cls for cls in estimator_classes() if issubclass(cls, BaseAutoencoder)]
    for named, parameters in rows:
        for parameter in re.findall(r"`(\w+)`", parameters):
            having = [c.__name__ for c in families if parameter in c._get_param_names()]
            assert sorted(re.findall(r"`(\w+)`", named)) == sorted(having), parameter
