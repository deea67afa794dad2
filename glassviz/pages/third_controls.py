"""Controls of the third views: what each of them shows."""

import panel_material_ui as pmui

from glassviz.choices import CLOUDS, COLOURINGS
from glassviz.pages.bar import short_name
from glassviz.pages.controls import bound
from glassviz.words import spoken


def third_controls(session, name):
    """Rows of the widgets that belong to one picture."""

    def seeds():
        return {f"{k + 1} of {len(session.choices('seed'))}": k for k in session.choices("seed")}

    def models():
        return {short_name(model) if model else "none": model for model in session.choices("second_model")}

    def descriptors():
        return {spoken(name): name for name in session.choices("descriptor")}

    def network():
        return bound(session, "seed", pmui.Select, "Network", seeds)

    def descriptor():
        return bound(session, "descriptor", pmui.Select, "Descriptor", descriptors, searchable=True)

    if name == "bottleneck":
        colours = bound(session, "coloured_by", pmui.Select, "Points coloured by", COLOURINGS)
        which = descriptor()
        session.param.watch(lambda event: setattr(which, "disabled", event.new != "descriptor"), "coloured_by")
        which.disabled = session.coloured_by != "descriptor"
        return [[colours, which], [network(), bound(session, "cloud", pmui.Select, "Points of", CLOUDS)]]
    if name == "weights":
        return [[network()]]
    if name == "descriptor":
        return [[descriptor()]]
    if name == "model":
        return [[bound(session, "second_model", pmui.Select, "Other model", models)]]
    return []
