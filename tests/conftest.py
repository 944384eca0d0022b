import numpy as np
import pytest


@pytest.fixture
def X():
    """60 rows on a bent surface in 6 dimensions, in [0, 1]."""
    rng = np.random.default_rng(0)
    plane = rng.uniform(-1, 1, size=(60, 2))
    bent = np.column_stack([plane, plane**2, np.prod(plane, axis=1), plane[:, 0] ** 3])
    bent = bent + 0.01 * rng.normal(size=bent.shape)
    bent = (bent - bent.min(axis=0)) / np.ptp(bent, axis=0)
    return bent.astype(np.float32)
