"""One picture of a film: discs beside each other, and above and below them time, temperature and colour bar."""

import numpy as np

from glassviz.colours import PROPENSITY
from glassviz.errors import InputError
from glassviz.figures.disc_raster import DiscRaster
from glassviz.figures.style import INK, LINE, QUIET, styled

SIZES = (120, 2160)
"""Fewest and most pixels along an edge of a panel."""
GROUND, MISSING = (0xC3, 0xC8, 0xCE), (0xB5, 0xBB, 0xC2)
"""Colours between discs, as in the app, and of particles without a value, which stand back."""
NAMED = 0.02
"""A mean of the prediction that is off by more is printed."""
_DPI = 100


def film_palette():
    """(256, 3) uint8 for a GIF: the propensity colours, the same in the shade of rims, greys for words and ground."""
    colours = PROPENSITY[np.linspace(0, 254, 128).astype(int)].astype(float)
    greys = np.linspace(0, 255, 62)[:, None] * np.ones(3)
    found = np.concatenate([colours, 0.8 * colours[::2], greys, [GROUND, MISSING]])
    return np.rint(found).astype(np.uint8)


def time_words(time, told, tau, estimated):
    """Time and t / tau as one line of mathtext, what is not measured marked; "time unknown" where it is nan.

    told : whether labels tell the time; estimated : whether tau is an estimate
    """
    if not np.isfinite(time):
        return "time unknown"
    words = rf"$t\;{'=' if told else '≈'}\;{_scientific(time)}$"
    if time > 0 and np.isfinite(tau):
        words += rf"$\;{'≈' if estimated or not told else '='}\;{_scientific(float(f'{time / tau:.2g}'))}\,\tau$"
        words += "" if told and not estimated else (r"  ($\tau$ estimated)" if told else "  (estimated)")
    return words


def _scientific(value):
    if value == 0 or 1e-2 <= value < 1e4:
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return rf"{mantissa}\times10^{{{int(exponent)}}}"


class FilmSheet:
    """Pictures (height, width, 3) uint8 with even edges of one configuration, one panel for each title.

    positions (N, d) in [0, box), radii (N,), box (d,); titles : one a panel; size : pixels along a panel's edge
    temperature, note : what stands in every picture; behind : (N,) bool, particles that the others cover
    Raises InputError for a size outside SIZES.
    """

    def __init__(self, positions, radii, box, titles, size, temperature, note="", behind=None):
        low, high = SIZES
        if type(size) is not int or not low <= size <= high:
            raise InputError(f"size is {size!r}, expected a whole number of pixels from {low} to {high}")
        self.size, self._titles = size, titles
        self.raster = DiscRaster(positions, radii, box, size, PROPENSITY, GROUND, MISSING, behind)
        self._gap = size // 24
        self.width = _even(len(titles) * (size + self._gap) + self._gap)
        self._top, below = round(0.19 * size), round(0.2 * size)
        self.height = _even(self._top + size + below)
        with styled():
            self._draw_frame(float(box[0]), temperature, note)

    def picture(self, fields, level, time, reached=None):
        """One picture: a field (N,) for each panel, or None where there is none; mean C_B; the line of `time_words`.

        reached : mean C_B of the prediction, named where it is not `level`
        """
        self._time.set_text(time)
        off = reached is not None and abs(reached - level) > NAMED
        words = rf", predicted $\,{reached:.2f}$" if off else ""
        self._level.set_text(rf"$\langle C_B\rangle = {level:.2f}${words}")
        self._marker.set_data([level], [1.25])
        for words, field in zip(self._absent, fields, strict=True):
            words.set_visible(field is None)
        with styled():
            self._drawing.canvas.draw()
        pixels = np.array(self._drawing.canvas.buffer_rgba())[..., :3]
        for k, field in enumerate(fields):
            if field is not None:
                left = self._left(k)
                pixels[self._top : self._top + self.size, left : left + self.size] = self.raster(field)
        return pixels

    def _left(self, panel):
        return self._gap + panel * (self.size + self._gap)

    def _place(self, x, y, width, height):
        """A rectangle in pixels from the upper left corner, as Matplotlib counts."""
        return x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height

    def _draw_frame(self, edge, temperature, note):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._drawing = Figure(figsize=(self.width / _DPI, self.height / _DPI), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(self._drawing)
        gap, size = self._gap, self.size
        large = 0.9 * size / 24 if len(self._titles) > 1 else 0.78 * size / 24
        row = 0.06 * size
        self._write(gap, row, f"$T = {temperature:g}$", large, "left")
        self._time = self._write(self.width / 2, row, "", large, "center")
        self._level = self._write(self.width - gap, row, "", large, "right")
        self._absent = []
        for k, title in enumerate(self._titles):
            panel = self._drawing.add_axes(self._place(self._left(k), self._top, size, size), xticks=[], yticks=[])
            panel.set_facecolor(np.array(GROUND) / 255)
            panel.spines[:].set_color(LINE)
            self._write(self._left(k), self._top - 0.03 * size, title, 0.7 * size / 24, "left")
            middle = self._left(k) + size / 2, self._top + size / 2
            self._absent.append(self._write(*middle, "not simulated", 0.7 * size / 24, "center"))
        self._draw_bar(edge, note)

    def _draw_bar(self, edge, note):
        """Colour bar with a mark at the mean, scale bar and note below the panels."""
        size, gap = self.size, self._gap
        row, small = self._top + size + 0.05 * size, 0.6 * size / 24
        length, left = 0.42 * size, self.width / 2 - 0.1 * size
        bar = self._drawing.add_axes(self._place(left, row, length, 0.026 * size))
        bar.imshow(PROPENSITY[None], extent=(0, 1, 0, 1), aspect="auto")
        bar.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
        bar.spines[:].set_color(LINE)
        (self._marker,) = bar.plot([1], [1.25], "v", color=INK, markersize=0.018 * size * 72 / _DPI, clip_on=False)
        middle = row + 0.013 * size
        self._write(left - 0.012 * size, middle, r"$C_B$: rearranged 0", small, "right")
        self._write(left + length + 0.012 * size, middle, "1 frozen", small, "left")
        wanted = next(m * 10.0**k for k in range(4, -4, -1) for m in (5, 2, 1) if m * 10.0**k <= 0.16 * edge)
        scale = self._drawing.add_axes(self._place(gap, middle - 1, wanted / edge * size, max(2, size / 240)))
        scale.set(xticks=[], yticks=[], facecolor=INK)
        scale.spines[:].set_visible(False)
        self._write(gap, middle + 0.035 * size, rf"${wanted:g}\,\sigma_{{11}}$", small, "left")
        self._write(self.width - gap, row + 0.1 * size, note, 0.5 * size / 24, "right", QUIET)

    def _write(self, x, y, words, pixels, side, colour=INK):
        """Words at pixels from the upper left corner, centred on their line."""
        style = {"fontsize": 1.25 * pixels * 72 / _DPI, "ha": side, "va": "center", "color": colour}
        return self._drawing.text(x / self.width, 1 - y / self.height, words, **style)


def _even(pixels):
    """Halved colours need even edges."""
    return pixels + pixels % 2
