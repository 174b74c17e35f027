"""Checking and loading a `.keras` file that somebody else made, without running code from it.

Everything is checked with the standard library before Keras opens the file: what is in the
archive, how large that is, and that the network consists of Keras's own layers.
"""

import json
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InklingError, reason

if TYPE_CHECKING:
    import keras

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MEMBERS = {CONFIG, WEIGHTS, "metadata.json"}  # all that a network without text layers has
MOST_BYTES = 500 * 2**20  # of all members, unpacked
MOST_CONFIG_BYTES = 20 * 2**20
MOST_EXPANSION = 100  # Keras does not compress; whoever does it later gets a few times at most
CHUNK = 2**20
NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)
HDF5 = b"\x89HDF\r\n\x1a\n"
NETWORKS = ("Sequential", "Functional", "Model")
# Keras's own, but they run code or read files that the network names.
RUNNING_CODE = {"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
READING_FILES = {"StringLookup", "IntegerLookup", "TextVectorization", "FeatureSpace"}
FUNCTIONS = ("keras.activations", "keras.src.activations", "keras.ops", "keras.src.ops")


def load(path: Path, called: str) -> "keras.Model":
    """Load a Keras model that somebody else made. Run this in a process of its own.

    Args:
        path: a `.keras` file.
        called: the file's name, for messages.

    Raises:
        InklingError: the file is not a sound `.keras` file, or holds layers that are not Keras's
            own; the message says what to do.
    """
    check(path, called)
    import keras

    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # what Keras raises on a file it cannot read is not documented
        raise InklingError(
            f"Keras {keras.__version__} cannot load {called}: {reason(error)}. Save the network "
            "again with this version of Keras."
        ) from error


def check(path: Path, called: str) -> None:
    """Check a `.keras` file before Keras opens it; raises as `load`."""
    _check_regular(path, called)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, called)
            text = archive.read(CONFIG)
            for member in archive.infolist():
                _check_content(archive, member, called)
        check_config(json.loads(text), called)
    except RecursionError as error:
        raise InklingError(f"{called} describes a network nested too deeply to read.") from error
    except NO_ARCHIVE as error:
        raise InklingError(
            f"{called} is damaged, or not a .keras file. Save the network again with "
            "“model.save('name.keras')”, or copy the file again."
        ) from error


def check_config(config: Any, called: str) -> None:
    """Check that a network's description names only Keras's own layers.

    Args:
        config: the content of `config.json`.
        called: the file's name, for messages.

    Raises:
        InklingError: it holds a Lambda layer, a custom object, or is no network at all.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise InklingError(f"{called} does not describe a network. Save it again with Keras 3.")
    # How it was compiled is left out when it is loaded.
    for found in _objects({key: value for key, value in config.items() if key != "compile_config"}):
        _check_object(found, called)
    if config["class_name"] not in NETWORKS:
        raise InklingError(
            f"{called} is a {config['class_name']}, not a Sequential or functional network. Save "
            "such a network."
        )


def _check_regular(path: Path, called: str) -> None:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise InklingError(f"{called} is {what}. Name a .keras file.")
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(len(HDF5))
    except FileNotFoundError:
        raise InklingError(f"There is no file {called}. Check the path.") from None
    except OSError as error:
        raise InklingError(f"{called} cannot be read: {error.strerror}.") from error
    except ValueError:  # a null byte in the path
        raise InklingError("That is not the path of a file. Check it.") from None
    if start == HDF5 or path.suffix.lower() in (".h5", ".hdf5"):
        raise InklingError(
            f"{called} is in the old format .h5, which can hold Python code. Load it where you "
            "trust it, and save it anew with “model.save('name.keras')”."
        )
    if path.suffix != ".keras":
        raise InklingError(f"{called} is not a .keras file. Save it with “model.save” as such.")
    if size > MOST_BYTES:
        raise _too_large(called)


def _check_members(archive: zipfile.ZipFile, called: str) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    for name in names:
        if name not in MEMBERS:
            raise InklingError(
                f"{called} also holds “{name[:80]}”, which a network of images does not need. Save "
                "the network again with “model.save”."
            )
    for name in (CONFIG, WEIGHTS):
        if names.count(name) != 1:
            what = "no weights" if name == WEIGHTS else "no description of the network"
            raise InklingError(
                f"{called} holds {what} ({name}). Save the whole network with “model.save”."
            )
    limit = {CONFIG: MOST_CONFIG_BYTES}
    if sum(member.file_size for member in members) > MOST_BYTES or any(
        member.file_size > limit.get(member.filename, MOST_BYTES) for member in members
    ):
        raise _too_large(called)
    for member in members:
        if member.file_size > MOST_EXPANSION * max(member.compress_size, CHUNK // MOST_EXPANSION):
            raise InklingError(
                f"{called} unpacks to more than {MOST_EXPANSION} times its size, as no network "
                "does. Save the network again with “model.save”, which does not compress."
            )


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, called: str) -> None:
    """Read a member to its end: it must be as large as declared, and its checksum must fit."""
    size = 0
    with archive.open(member) as content:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > member.file_size:
                raise _too_large(called)
    if size != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} is cut off")


def _too_large(called: str) -> InklingError:
    return InklingError(
        f"{called} holds more than {MOST_BYTES // 2**20} MB, too much for a network of small "
        "images."
    )


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Find all that Keras would look up by its class."""
    if isinstance(node, dict):
        if "class_name" in node:
            yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _check_object(found: dict[str, Any], called: str) -> None:
    kind, module = str(found["class_name"]), str(found.get("module") or "")
    config = found.get("config")
    name = str(config.get("name") or kind) if isinstance(config, dict) else str(config or kind)
    if kind in ("Lambda", "__lambda__"):
        raise InklingError(
            f"{called} holds the Lambda layer “{name[:80]}”: Python code, which is not run here. "
            "Save the network with built-in layers instead, such as Rescaling."
        )
    if kind in RUNNING_CODE | READING_FILES:
        does = "runs code" if kind in RUNNING_CODE else "reads files"
        raise InklingError(
            f"{called} holds the layer “{name[:80]}”, a {kind}, which {does} and so is not loaded "
            "here. Save the network with other built-in layers instead."
        )
    if kind == "function":
        own = module.startswith(FUNCTIONS)
    else:
        own = module == "keras" or module.startswith("keras.") or "module" not in found
    if not own or ">" in str(found.get("registered_name") or ""):
        what = name if kind == "function" else kind
        raise InklingError(
            f"{called} needs the custom object “{what[:80]}”, whose code is not in the file, and "
            "would not be run here. Save the network with Keras's own layers instead."
        )
