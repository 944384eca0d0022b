import gc
import os
from collections import Counter, OrderedDict

import pytest
from discovery import autoencoder_classes
from grouping import make_scheduler, sort_by_group

from skae.engine import _cache
from skae.testing._settings import bent_surface

# Room for the programs of a group of tests (tests/grouping.py): none is traced twice.
_cache.MAX_PROGRAMS = 32
_cache.MAX_INFERENCES = 64


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """A process per core, but no more than files: one file runs right here.

    Each imports TensorFlow and holds up to 2 GB. More than four would wait for the
    longest group.
    """
    paths = {argument.split("::")[0] for argument in config.args}
    most = len(paths) if all(map(os.path.isfile, paths)) else 4
    n_cores = os.cpu_count() or 1
    n_workers = 0 if most == 1 else min(most, n_cores)
    if n_workers > 1:  # they share the cores: threads that wait for each other spin
        os.environ.setdefault("OMP_NUM_THREADS", str(n_cores // n_workers))
    return n_workers


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests of a family, or of a file, run in one process."""
    return make_scheduler(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What runs for each family is slow, but for the dense one.

    The promises of `skae.testing` are quick: there a second family stays, which is
    unlike the first in its layers and in its objective. Each family has tests of its
    own.
    """
    for item in items:
        if item.nodeid.startswith("tests/test_families.py::test_keeps_the_promises"):
            item.add_marker(pytest.mark.slow)
        quick = {"Autoencoder"}
        if item.nodeid.startswith("tests/test_common.py::test_common"):
            quick.add("ConvVariationalAutoencoder")
        starts_processes = "check_pipeline_and_search" in item.nodeid
        starts_processes |= "check_the_same_everywhere" in item.nodeid
        if starts_processes or _families(item) - quick:
            item.add_marker(pytest.mark.slow)
    sort_by_group(items)


def _families(item):
    """Names of the families in the parameters of a test, as such or as examples."""
    names = {cls.__name__ for cls in autoencoder_classes()}
    found = set()
    for value in item.callspec.params.values() if hasattr(item, "callspec") else ():
        cls = value if isinstance(value, type) else type(value)
        found.add(value if isinstance(value, str) else cls.__name__)
    return found & names


def pytest_collection_finish():
    """Modules live as long as the tests: Python need not look for garbage in them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def X():
    """60 rows on a bent surface in 6 dimensions, in [0, 1]."""
    return bent_surface()


@pytest.fixture
def own_cache(monkeypatch):
    """A copy of the cache, for a test that empties it: others share what is there."""
    programs = ((key, list(idle)) for key, idle in _cache._programs.items())
    monkeypatch.setattr(_cache, "_programs", OrderedDict(programs))
    monkeypatch.setattr(_cache, "_inferences", _cache._inferences.copy())


def pytest_terminal_summary(terminalreporter):
    """The files that take longest, in CI."""
    if not os.environ.get("CI"):
        return
    seconds = Counter()
    for report in (r for found in terminalreporter.stats.values() for r in found):
        if hasattr(report, "duration"):
            seconds[report.nodeid.split("::")[0]] += report.duration
    terminalreporter.section("slowest files")
    for path, duration in seconds.most_common(10):
        terminalreporter.line(f"{duration:8.1f} s  {path}")
