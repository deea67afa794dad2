"""The key to the colours of the temperatures."""

from glassviz.colours import NEUTRALS


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
