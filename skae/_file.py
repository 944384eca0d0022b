"""Files of a JSON document and arrays, with a version and a checksum.

The format is safetensors: a header with sizes, which are checked against the size of
the file before memory is allocated, and raw arrays. It has no compression, no paths and
no code.
"""

import contextlib
import hashlib
import json
import os
import stat
import uuid
from pathlib import Path
from typing import Any

import numpy as np

FORMAT_VERSION = 2
# Names of the formats in the files, by the kind of content.
_FORMATS = {"estimator": "skae", "checkpoint": "skae checkpoint"}
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def file_to_write(path: str | os.PathLike[str]) -> Path:
    """The file to write for `path`: the target, if it is a symbolic link.

    Raises
    ------
    OSError
        If the path exists and is not a regular file, or its folder does not exist.
    """
    path = Path(path)
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if not path.parent.exists():
            raise FileNotFoundError(
                f"There is no folder {path.parent} for {path.name}: make it, or give "
                "another path."
            ) from None
        return path
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder: give the path of a file in it.")
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise FileExistsError(
            f"{path} is {kind} and no regular file: it is left as it is. Give the path "
            "of a file."
        )
    return path


def write(
    path: Path, document: Any, arrays: dict[str, np.ndarray], kind: str = "estimator"
) -> None:
    """Write a file atomically: a former file is replaced when the new is complete."""
    from safetensors.numpy import save

    path = file_to_write(path)
    text = json.dumps(document, allow_nan=False)
    metadata = {
        "format": _FORMATS[kind],
        "version": str(FORMAT_VERSION),
        "sha256": _digest(text, arrays),
        "document": text,
    }
    content = save(arrays, metadata=metadata)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        mode = _mode(path)
        # A new file gets the mode of `open`, restricted by the user's umask.
        descriptor = os.open(
            part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode
        )
        with open(descriptor, "wb") as file:
            if mode is not None:
                # File systems without modes raise; the mode is not wider then.
                with contextlib.suppress(OSError):
                    os.chmod(part, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _mode(path: Path) -> int | None:
    """Mode of an existing file; None if there is none."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return None


def read(path: Path, kind: str = "estimator") -> tuple[Any, dict[str, np.ndarray], int]:
    """Read document, arrays and format version; ValueError for an invalid file."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        state = "is not a file" if path.exists() else "does not exist"
        raise FileNotFoundError(f"{path} {state}.")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            _check_version(metadata, kind)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"it is cut off, or of another format ({error})") from error
    text = metadata.get("document", "")
    if metadata.get("sha256") != _digest(text, arrays):
        raise ValueError("its checksum does not fit: it was damaged")
    try:
        return json.loads(text), arrays, int(metadata["version"])
    except (ValueError, RecursionError) as error:
        raise ValueError("its description cannot be read") from error


def _check_version(metadata: dict[str, str], kind: str) -> None:
    if metadata.get("format") != _FORMATS[kind]:
        raise ValueError(f"it holds arrays, but no {kind} of skae")
    version = metadata.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise ValueError("it has no version")
    if int(version) > FORMAT_VERSION:
        raise ValueError(
            f"it has format version {version}, but this skae reads versions up to "
            f"{FORMAT_VERSION}: install a newer skae"
        )


def _digest(text: str, arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
