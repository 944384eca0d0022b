import os

import numpy as np
import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """A process per core, but no more than files: one file runs right here.

    Each imports TensorFlow and holds up to 2 GB. More than four would wait for the
    longest file.
    """
    paths = {argument.split("::")[0] for argument in config.args}
    most = len(paths) if all(map(os.path.isfile, paths)) else 4
    return 0 if most == 1 else min(most, os.cpu_count() or 1)


@pytest.fixture
def X():
    """60 rows on a bent surface in 6 dimensions, in [0, 1]."""
    rng = np.random.default_rng(0)
    plane = rng.uniform(-1, 1, size=(60, 2))
    bent = np.column_stack([plane, plane**2, np.prod(plane, axis=1), plane[:, 0] ** 3])
    bent = bent + 0.01 * rng.normal(size=bent.shape)
    bent = (bent - bent.min(axis=0)) / np.ptp(bent, axis=0)
    return bent.astype(np.float32)
