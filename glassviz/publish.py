"""Publish small results whole or not at all: written under a temporary name, then renamed."""

import json
import os
import uuid
from pathlib import Path

import numpy as np

from glassviz.errors import InputError


def check_place(path):
    """Raise InputError, which names what is in the way, unless a file can be written at `path`.

    Folders that are missing are no obstacle: `publish` makes them. Commands ask before they work for minutes.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, expected the name of a file to write")
    there = next(folder for folder in path.absolute().parents if folder.exists())
    if not there.is_dir():
        raise InputError(f"{path} cannot be written: {there} is a file, expected a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{path} cannot be written: {there} is a folder without permission to write")


def publish(path, write, mode=0o666):
    """Call `write(file)` with a binary file beside `path`, then rename it into place; nothing is left on failure.

    mode : permissions, of which the umask is taken away. Folders that are missing are made.
    """
    path = Path(path)
    check_place(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with open(part, "x+b", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def publish_json(path, content, mode=0o666):
    """Publish a JSON document."""
    publish(path, lambda file: file.write((json.dumps(content, indent=1) + "\n").encode()), mode)


def publish_arrays(path, **arrays):
    """Publish a compressed .npz archive."""
    publish(path, lambda file: np.savez_compressed(file, **arrays))
