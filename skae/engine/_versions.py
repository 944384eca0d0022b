"""Versions and settings of the machine and the software, for bug reports."""

import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path

from threadpoolctl import threadpool_info

_NAMES = (
    *("skae", "keras", "tensorflow", "jax", "torch"),
    *("scikit-learn", "numpy", "scipy", "narwhals", "safetensors", "joblib"),
    *("threadpoolctl", "matplotlib", "pandas", "polars", "pyarrow", "dask"),
    *("pynndescent", "optuna", "pip"),
)
_BACKENDS = ("tensorflow", "jax", "torch")
# Environment variables that Keras, its backend and thread pools read. They are listed
# by name: others that begin with TF_ may be secrets of another program.
_SETTINGS = (
    *("KERAS_BACKEND", "KERAS_HOME", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"),
    *("TF_DETERMINISTIC_OPS", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_NUM_INTEROP_THREADS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_XLA_FLAGS", "XLA_FLAGS", "JAX_PLATFORMS"),
    *("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
    *("OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT"),
)


def show_versions() -> None:
    """Print the versions and settings that a bug report should contain.

    These are the system, the versions of the packages, Keras' backend, its devices, the
    environment variables that they read, and the libraries with thread pools. Nothing
    is imported for it: the devices are only known if the backend has been imported, for
    example after a fit.

    See Also
    --------
    sklearn.show_versions : Versions of scikit-learn and its dependencies.

    Examples
    --------
    >>> import skae
    >>> skae.show_versions()
    <BLANKLINE>
    System:
    ...
    """
    for title, facts in _sections().items():
        print(f"\n{title}:")
        width = max(map(len, facts), default=0)
        for name, value in facts.items():
            print(f"{name:>{width + 4}}: {value}")


def _sections() -> dict[str, dict[str, str]]:
    backend, source = _backend()
    settings = {name: os.environ[name] for name in _SETTINGS if name in os.environ}
    threads = {
        info["prefix"]: f"{info['num_threads']} threads, {info.get('version')}, "
        f"{info['filepath']}"
        for info in threadpool_info()
    }
    return {
        "System": {
            "python": sys.version.replace("\n", " "),
            "executable": sys.executable,
            "machine": platform.platform(),
            "cores": str(os.cpu_count()),
        },
        "Packages": {name: _version(name) for name in _NAMES},
        "Keras": {
            "backend": f"{backend} ({source})",
            "devices": _devices(backend),
            **_keras_settings(),
        },
        "Settings": settings or {"environment": "none that Keras or threads read"},
        "Threads": threads,
    }


def _version(name: str) -> str:
    if name == "skae":
        return sys.modules["skae"].__version__
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _backend() -> tuple[str, str]:
    """Keras' backend and the source of this setting, in Keras' order of precedence."""
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend(), "in use"
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"], "KERAS_BACKEND, not imported yet"
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        found = json.loads((home / "keras.json").read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        found = None
    if found:
        return str(found), f"{home / 'keras.json'}, not imported yet"
    return "tensorflow", "Keras' default, not imported yet"


def _devices(backend: str) -> str:
    if "keras" not in sys.modules or backend not in _BACKENDS:
        return "not known before the first fit or load, which import the backend"
    if backend == "tensorflow":
        found = [
            d.name for d in sys.modules["tensorflow"].config.list_physical_devices()
        ]
    elif backend == "jax":
        found = [str(device) for device in sys.modules["jax"].devices()]
    else:
        cuda = sys.modules["torch"].cuda
        found = [cuda.get_device_name(i) for i in range(cuda.device_count())]
    return ", ".join(found) or "CPU"


def _keras_settings() -> dict[str, str]:
    if "keras" not in sys.modules:
        return {}
    keras = sys.modules["keras"]
    return {
        "floatx": keras.config.floatx(),
        "image_data_format": keras.config.image_data_format(),
        "dtype_policy": str(keras.config.dtype_policy().name),
    }
