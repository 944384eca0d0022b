"""Training on two (virtual) devices is training on one."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

COMMON = """
import json, sys
import numpy as np
from skae import Autoencoder, ConvAutoencoder, SparseAutoencoder, VariationalAutoencoder
X = np.array(json.load(sys.stdin), dtype=np.float32)
SETTINGS = {"epochs": 4, "batch_size": 16, "random_state": 0}  # 54 rows: 6 in the last
def losses():
    models = [
        Autoencoder(2, hidden_layer_sizes=(4,), input_noise=0.0, l1=0.1, **SETTINGS),
        SparseAutoencoder(3, penalty="l1", **SETTINGS),
        ConvAutoencoder(2, filters=(4,), image_shape=(2, 3), **SETTINGS),
    ]
    return [m.fit(X).history_ for m in models], models[0].transform(X).tolist()
"""

TENSORFLOW = (
    COMMON
    + """
import tensorflow as tf
cpu, = tf.config.list_physical_devices("CPU")
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
one = losses()
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    both = losses()
    Autoencoder(2, hidden_layer_sizes=(4,), dropout=0.2, **SETTINGS).fit(X)
    VariationalAutoencoder(2, **SETTINGS).fit(X)
    again = losses()
print(json.dumps([one, both, again, losses(), strategy.num_replicas_in_sync]))
"""
)

JAX = (
    COMMON
    + """
import keras
one = losses()
distribution = keras.distribution.DataParallel()
with distribution.scope():
    both = losses()
n_devices = len(keras.distribution.list_devices())
print(json.dumps([one, both, both, losses(), n_devices]))
"""
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "script"), [("tensorflow", TENSORFLOW), ("jax", JAX)]
)
def test_two_devices_give_the_losses_of_one(backend, script, X):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        input=json.dumps(X.tolist()),
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    one, both, again, after, n_devices = json.loads(done.stdout.splitlines()[-1])
    assert n_devices == 2
    for (histories, codes), rtol in ((both, 1e-4), (again, 1e-4), (after, 0)):
        np.testing.assert_allclose(codes, one[1], atol=1e-3)
        for found, expected in zip(histories, one[0], strict=True):
            for name, values in expected.items():
                np.testing.assert_allclose(found[name], values, rtol=rtol, atol=1e-6)
