"""S_4(q) on logarithmic axes, with fits and the range of the fit, which is dragged."""

from bokeh.models import BoxAnnotation, CustomJS

from glassviz.colours import NEUTRALS
from glassviz.views.curves import CurvesView

QUIET = 800
"""Milliseconds without a move after which a drag counts as finished."""

# Bokeh takes a button that is held still for 0.3 s for a press, after which nothing can be dragged; no model has a
# setting for it. Nothing in the app listens to presses. Where BokehJS keeps it elsewhere, it stays as it is.
LONG_HOLD = """
try { Bokeh.require("core/ui_gestures").UIGestures.press_threshold = 2 ** 31 - 1 } catch { }
"""


class SpectrumView:
    """Points with errors and lines of fits; on_range(low, high) when the range was dragged."""

    def __init__(self, on_range):
        self.curves = CurvesView(x_log=True, y_log=True, points=True)
        self.panel, self._on_range = self.curves.panel, on_range
        self._range = BoxAnnotation(
            left=0.1, right=1.0, editable=True, movable="x", resizable="x", fill_alpha=0.07, line_width=1.5,
            line_alpha=0.5, level="underlay",
        )  # fmt: skip
        self.curves.plot.figure.add_layout(self._range)
        self.curves.plot.figure.js_on_event("mouseenter", CustomJS(code=LONG_HOLD))
        for side in ("left", "right"):
            self._range.on_change(side, self._dragged)
        self._drawing, self._later = False, None

    def update(self, curves, q_range, xlabel, ylabel, dark, message=""):
        """Draw curves as of CurvesView; q_range (low, high) of the fit, which stays where it is while it is dragged."""
        self._range.update(visible=bool(curves), fill_color=NEUTRALS[dark]["text"], line_color=NEUTRALS[dark]["quiet"])
        if self._later is None:
            self._drawing = True
            self._range.update(left=float(q_range[0]), right=float(q_range[1]))
            self._drawing = False
        self.curves.update(curves, xlabel, ylabel, dark, message)

    def _dragged(self, attr, old, new):
        """Wait for the end of the drag; what was drawn is no news."""
        document = self._range.document
        if self._drawing:
            return
        if document is None or document.session_context is None:
            self._done()
            return
        if self._later is not None:
            document.remove_timeout_callback(self._later)
        self._later = document.add_timeout_callback(self._done, QUIET)

    def _done(self):
        self._later = None
        self._on_range(*sorted((float(self._range.left), float(self._range.right))))
