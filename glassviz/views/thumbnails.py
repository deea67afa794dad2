"""Small drawings of arrays as SVG, for cards: discs, lines, points, bars. Nothing in them can be clicked."""

import numpy as np

from glassviz.colours import ACCENTS, NEUTRALS
from glassviz.configuration import wrap

WIDTH, HEIGHT = 160, 160
MOST_POINTS = 300


def discs(configuration, radii, colours, width=10.5):
    """Discs at true radius in a window of the box, `width` sigma_11 wide; colours (N, 3) uint8."""
    positions, scale = wrap(configuration.positions, configuration.box)[:, :2], WIDTH / width
    positions = positions * [scale, scale]
    sizes = np.asarray(radii)[configuration.types - 1] * scale
    seen = (positions < [WIDTH, HEIGHT] + 2 * sizes[:, None]).all(axis=1)
    if configuration.dimension == 3:
        # A slab of about one particle.
        seen &= wrap(configuration.positions, configuration.box)[:, 2] < 1
    return _svg(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#{bytes(colour).hex()}"/>'
        for (x, y), r, colour in zip(positions[seen], sizes[seen], np.asarray(colours)[seen], strict=True)
    )


def lines(curves, dark, colours=None):
    """Curves [(x, y)] in one frame, drawn in `colours`, default the accents."""
    curves = [(np.asarray(x, float), np.asarray(y, float)) for x, y in curves]
    to_x, to_y = (
        _scale(np.concatenate([x for x, _ in curves]), WIDTH),
        _scale(np.concatenate([y for _, y in curves]), HEIGHT),
    )
    colours = colours or [ACCENTS[dark][k % 3] for k in range(len(curves))]
    parts = []
    for (x, y), colour in zip(curves, colours, strict=True):
        points = " ".join(
            f"{a:.1f},{HEIGHT - b:.1f}" for a, b in zip(to_x(x), to_y(y), strict=True) if np.isfinite(a + b)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
    return _svg([_frame(dark), *parts])


def dots(x, y, dark, colour=None):
    """Points of a cloud; of many every n-th."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    known = known[:: max(1, len(known) // MOST_POINTS)]
    across, up = _scale(x[known], WIDTH)(x[known]), _scale(y[known], HEIGHT)(y[known])
    colour = colour or ACCENTS[dark][0]
    return _svg(
        [
            _frame(dark),
            *(
                f'<circle cx="{a:.1f}" cy="{HEIGHT - b:.1f}" r="2" fill="{colour}" fill-opacity="0.6"/>'
                for a, b in zip(across, up, strict=True)
            ),
        ]
    )


def bars(heights, dark):
    """Bars beside each other, from zero."""
    heights = np.asarray(heights, float)
    step, high = (WIDTH - 20) / len(heights), (HEIGHT - 20) * heights / heights.max()
    return _svg(
        [
            _frame(dark),
            *(
                f'<rect x="{12 + k * step:.1f}" y="{HEIGHT - 10 - h:.1f}" width="{0.8 * step:.1f}" height="{h:.1f}" '
                f'fill="{ACCENTS[dark][0]}"/>'
                for k, h in enumerate(high)
            ),
        ]
    )


def words(text, dark):
    """A large sign in the middle."""
    style = f'fill="{NEUTRALS[dark]["quiet"]}" font-size="54" text-anchor="middle" dominant-baseline="central"'
    return _svg([f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" {style}>{text}</text>'])


def _scale(values, length, margin=10):
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    return lambda v: margin + (length - 2 * margin) * (v - low) / ((high - low) or 1.0)


def _frame(dark):
    return (
        f'<path d="M5,5 V{HEIGHT - 5} H{WIDTH - 5}" fill="none" stroke="{NEUTRALS[dark]["quiet"]}" stroke-width="1"/>'
    )


def _svg(parts):
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice">{"".join(parts)}</svg>'
