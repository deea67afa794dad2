"""One colour for each temperature, the same in every picture of a page; from a sequential map, cold to hot."""

from bokeh.palettes import Plasma256

from glassviz.views.colours import NEUTRALS

# The part of the map that is told from the page.
ENDS = {False: (8, 172), True: (96, 246)}


def temperature_colours(temperatures, dark):
    """Temperature -> hex colour, evenly spaced over the sorted temperatures."""
    low, high = ENDS[dark]
    ordered = sorted(temperatures)
    steps = max(len(ordered) - 1, 1)
    return {T: Plasma256[round(low + (high - low) * place / steps)] for place, T in enumerate(ordered)}


def temperature_legend(colours, chosen, notes, dark):
    """HTML: a coloured stroke for each temperature, the chosen one bold; then notes."""
    quiet = NEUTRALS[dark]["quiet"]
    strokes = "".join(
        f"<span style='white-space:nowrap;margin-right:14px;font-weight:{600 if chosen == T else 400}'>"
        f"<svg width=22 height=8 aria-hidden=true><line x1=0 x2=22 y1=4 y2=4 stroke='{colour}' "
        f"stroke-width={5 if chosen == T else 3} /></svg> {T:g}</span>"
        for T, colour in colours.items()
    )
    return f"<span style='margin-right:12px'>T</span>{strokes}<span style='color:{quiet}'>{notes}</span>"
