"""Large type for a lecture room: the size of all letters of a page, and of what is measured by them."""

from pathlib import Path
from weakref import WeakSet

import panel as pn
import param
from bokeh.themes import Theme
from panel.custom import JSComponent

LARGER = 1.3
_presented = WeakSet()


def present(document):
    """Figures and widgets that are made for this document from now on have large type."""
    _presented.add(document)
    # What a theme of the document names is left alone by that of the page, whose type has one size.
    sizes = {"Axis": ("axis_label", "major_label"), "ColorBar": ("title", "major_label"), "Legend": ("label", "title")}
    large = {kind: {f"{part}_text_font_size": type_size("12px") for part in parts} for kind, parts in sizes.items()}
    document.theme = Theme(json={"attrs": {**large, "Title": {"text_font_size": type_size("13px")}}})


def scale():
    """By how much the type of the present document is larger than usual."""
    return LARGER if pn.state.curdoc in _presented else 1.0


def type_size(size):
    """A size of type as Bokeh takes it, "11pt" or "13px", for the present document."""
    return f"{float(size[:-2]) * scale():g}{size[-2:]}"


def sized(pixels):
    """Pixels of what holds letters, for the present document."""
    return round(pixels * scale())


class TypeSize(JSComponent):
    """Sets the size of which all letters are multiples; where the address says otherwise the page is loaded anew."""

    large = param.Boolean(default=False)
    larger = param.Number(default=LARGER, constant=True)
    _esm = Path(__file__).with_name("type_size.js")

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
