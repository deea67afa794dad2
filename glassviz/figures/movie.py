"""Pictures -> a film: MP4 that browsers and slides play, or GIF."""

import io
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.publish import publish

SUFFIXES = (".mp4", ".gif")
QUALITY = "18"
"""Constant rate factor of H.264: rims of small discs stay sharp."""


def check_suffix(path):
    """The suffix of a film's name in small letters; InputError unless it is one of SUFFIXES."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"output is {str(path)!r}, expected a name that ends in {' or '.join(SUFFIXES)}")
    return suffix


def write_movie(path, pictures, rate, palette):
    """Write pictures, an iterator of (height, width, 3) uint8 with even edges, as the suffix of `path` says.

    rate : pictures a second, a whole number from 1 to 60; a GIF counts hundredths of a second, the nearest is taken
    palette : (n <= 256, 3) uint8, the colours of a GIF
    The file appears whole or not at all: what `pictures` raises, such as Cancelled, leaves nothing behind.
    Raises InputError for another suffix, and a rate outside.
    """
    write = {".mp4": _mp4, ".gif": _gif}[check_suffix(path)]
    if type(rate) is not int or not 1 <= rate <= 60:
        raise InputError(f"fps is {rate!r}, expected a whole number from 1 to 60")
    publish(path, lambda file: write(file, pictures, rate, palette))
    return Path(path)


def _mp4(file, pictures, rate, _):
    """H.264 in 4:2:0, which every player knows."""
    import av

    with av.open(file, "w", format="mp4") as container:
        stream = None
        for picture in pictures:
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options={"crf": QUALITY, "preset": "medium"})
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def _gif(file, pictures, rate, palette):
    """One palette for all pictures: another one each would flicker."""
    from PIL import Image

    colours = Image.new("P", (1, 1))
    colours.putpalette(palette.tobytes())

    def reduced():
        for picture in pictures:
            yield Image.fromarray(np.ascontiguousarray(picture)).quantize(palette=colours, dither=Image.Dither.NONE)

    frames = reduced()
    milliseconds = 10 * max(2, round(100 / rate))
    # Pillow looks for a file's name and mode; in memory it has neither to find.
    content = io.BytesIO()
    next(frames).save(content, "GIF", save_all=True, append_images=frames, duration=milliseconds, loop=0)
    file.write(content.getbuffer())
