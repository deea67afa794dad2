"""Files from the browser, piece by piece: chosen or dropped, with a bar that grows and a button that stops."""

from pathlib import Path

import param
from panel.custom import JSComponent

from glassviz.colours import ACCENTS, NEUTRALS

PIECE = 4 * 2**20
"""Bytes that are under way at a time; Bokeh's server takes messages of at most 20 MB."""


class UploadView(JSComponent):
    """Hands on what the browser sends, and asks for the next piece when the last one has been taken.

    begin(files) : [{"name", "size"}] are offered; returns None to take them, else the sentence that refuses them
    take(file, offset, data) : bytes of file number `file` from `offset` on; returns None, or the sentence that ends it
    done() : all files are there; returns words to show
    stop() : the visitor wants no more
    """

    colours = param.Dict(default={})
    _esm = Path(__file__).with_name("upload.js")

    def __init__(self, begin, take, done, stop, **params):
        super().__init__(**{"margin": (6, 10), "sizing_mode": "stretch_width", "height": 64, **params})
        self._begin, self._take, self._done, self._stop = begin, take, done, stop
        self._sizes = []
        self.dress(False)

    def dress(self, dark):
        """Light or dark."""
        neutral = NEUTRALS[dark]
        self.colours = {"line": neutral["line"], "text": neutral["text"], "accent": ACCENTS[dark][0]}

    def _handle_msg(self, message):
        kind = message["kind"]
        if kind == "begin":
            self._sizes = [int(file["size"]) for file in message["files"]]
            self._answer(self._begin(message["files"]), 0, 0)
        elif kind == "piece":
            file, offset, data = int(message["file"]), int(message["offset"]), bytes(message["data"])
            self._answer(self._take(file, offset, data), file, offset + len(data))
        elif kind == "stop":
            self._sizes = []
            self._stop()

    def _answer(self, refusal, file, offset):
        """Ask for what comes after `offset` of a file; at the end of the last one say so."""
        if refusal:
            self._send_msg({"kind": "end", "words": refusal})
            return
        while file < len(self._sizes) and offset >= self._sizes[file]:
            file, offset = file + 1, 0
        if file < len(self._sizes):
            size = min(PIECE, self._sizes[file] - offset)
            self._send_msg({"kind": "next", "file": file, "offset": offset, "size": size})
        elif self._sizes:
            self._sizes = []
            self._send_msg({"kind": "end", "words": self._done()})
