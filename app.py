"""glassviz in the browser: panel serve app.py --address 127.0.0.1 --show"""

import panel as pn
import panel_material_ui  # noqa: F401 - must be imported before the extension

pn.extension(notifications=True)
# No `nthreads`: a page is changed in turns of the event loop alone; what takes long has threads of its own.

from glassviz.pages.shell import serve  # noqa: E402 - compiled and configured after the extension

serve().servable(title="glassviz")
