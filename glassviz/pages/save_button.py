"""The button that saves a file made at the click."""

import panel as pn
import panel_material_ui as pmui


def save_button(content, **style):
    """A button that sends what `content()` returns, a binary stream, under its `filename`.

    The browser saves when the data change: what was sent is forgotten in the next turn of the event loop, so that the
    same file can be saved again.
    """
    button = pmui.FileDownload(callback=content, **style)

    def forget(event):
        document = pn.state.curdoc
        if event.new is not None and document is not None and document.session_context is not None:
            document.add_next_tick_callback(lambda: button.param.update(data=None))

    button.param.watch(forget, "data")
    return button
