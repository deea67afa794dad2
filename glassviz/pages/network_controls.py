"""Controls of the page Network."""

import panel_material_ui as pmui

from glassviz.choices import ACROSS, AVERAGES, LENGTH_RULES, MAPPED, PARTS, WEIGHINGS
from glassviz.network_curves import NetworkCurves
from glassviz.pages.controls import bound
from glassviz.views.style import UNLABELLED


def network_controls(session):
    """Widgets bound both ways to the session, in order."""
    small = {"margin": (2, 6), "sizing_mode": "fixed"}
    quiet = {**small, "stylesheets": UNLABELLED}

    def types():
        return {f"Type {kind}": kind for kind in range(1, session.data.system.types + 1)}

    def networks():
        model = NetworkCurves(session).model
        own = range(model.seeds if model else 1)
        return {f"{k + 1} of {len(own)}": k for k in session.choices("seed") if k in own}

    return [
        bound(session, "across", pmui.RadioButtonGroup, "Followed along", ACROSS, width=150, **quiet),
        bound(session, "shown_type", pmui.Select, "Particles", types, lambda: session.scored_type, width=100, **small),
        bound(session, "seed", pmui.Select, "Network", networks, width=100, **small),
        bound(session, "weighing", pmui.RadioButtonGroup, "Weights", WEIGHINGS, width=120, **quiet),
        bound(session, "part", pmui.Select, "Descriptors of", PARTS, width=150, **small),
        bound(session, "averaged", pmui.Select, "Averages", AVERAGES, width=150, **small),
        bound(session, "length_rule", pmui.Select, "Length ξ", LENGTH_RULES, width=150, **small),
        bound(session, "mapped", pmui.RadioButtonGroup, "Map", MAPPED, width=180, **quiet),
    ]
