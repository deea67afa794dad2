"""The shell around every page: header with the bar, theme, keyboard, notifications."""

import gc
from functools import partial
from html import escape

import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly

from glassviz import tour
from glassviz.choices import PAGES
from glassviz.colours import ACCENTS, NEUTRALS
from glassviz.errors import DataError
from glassviz.pages.address import keep_in_step, opened
from glassviz.pages.bar import Bar
from glassviz.pages.component_parameters import look_at_classes
from glassviz.pages.controls import HIDDEN, SHOWN
from glassviz.pages.dynamics import DynamicsPage
from glassviz.pages.figures import FiguresDialog
from glassviz.pages.heterogeneity import HeterogeneityPage
from glassviz.pages.jobs import JobsPage
from glassviz.pages.libraries import library, renew
from glassviz.pages.message_order import send_in_order
from glassviz.pages.missing import MissingBar
from glassviz.pages.model_defaults import remember_defaults
from glassviz.pages.model_search import one_batch, search_when_changed
from glassviz.pages.network import NetworkPage
from glassviz.pages.own_data import OwnDataDialog
from glassviz.pages.scores import ScoresPage
from glassviz.pages.snapshots import SnapshotsPage
from glassviz.pages.tour import TourGuide, TourPage
from glassviz.pages.transfer import TransferPage
from glassviz.pages.visitor import current_visitor, has_login
from glassviz.session import Session
from glassviz.views.keys import Keys
from glassviz.views.style import UNLABELLED
from glassviz.views.type_size import TypeSize, present

KEYS = {
    "ArrowLeft": "previous time",
    "ArrowRight": "next time",
    "ArrowUp": "previous configuration",
    "ArrowDown": "next configuration",
    " ": "play over time; on Transfer from frozen to rearranged",
    "[": "lower temperature",
    "]": "higher temperature",
    "1": "page Snapshots",
    "2": "page Scores",
    "3": "page Heterogeneity",
    "4": "page Dynamics",
    "5": "page Network",
    "6": "page Transfer",
    "7": "page Jobs",
    "8": "page Tour",
    "n": "next step of the tour (also Page Down)",
    "p": "previous step of the tour (also Page Up)",
    "m": "presentation mode: large type, and back",
    "Escape": "clear the selection",
    "?": "this list",
}
PAGE_KEYS = {
    "1": "snapshots",
    "2": "scores",
    "3": "heterogeneity",
    "4": "dynamics",
    "5": "network",
    "6": "transfer",
    "7": "jobs",
    "8": "tour",
}
TOUR_KEYS = {"n": 1, "PageDown": 1, "p": -1, "PageUp": -1}
MADE_BY = {
    "snapshots": SnapshotsPage,
    "scores": ScoresPage,
    "heterogeneity": HeterogeneityPage,
    "dynamics": DynamicsPage,
    "network": NetworkPage,
    "transfer": TransferPage,
    "jobs": JobsPage,
    "tour": TourPage,
}
REFRESH_PERIOD = 2000
HEADER = "4.9rem"
NAMES = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", " ": "space", "Escape": "Esc"}
search_when_changed()
send_in_order()
# A page is some ten thousand objects that stay: to look through all that there are at every few hundred new ones was a
# fifth of making it.
gc.set_threshold(20_000, 10, 10)
remember_defaults()
look_at_classes()


def theme(dark):
    """Material theme: the first accent as the one colour, a header as quiet as the page, words in their own case."""
    neutral = NEUTRALS[dark]
    header = {
        "backgroundColor": f"{neutral['page']} !important",
        "backgroundImage": "none",
        "boxShadow": f"0 1px 0 {neutral['line']}",
        "& .title": {"color": f"{neutral['text']} !important", "fontSize": "1.35rem", "fontWeight": 600},
    }
    return {
        "palette": {
            "primary": {"main": ACCENTS[dark][0]},
            "background": {"default": neutral["page"], "paper": neutral["page"]},
            "text": {"primary": neutral["text"], "secondary": neutral["quiet"]},
        },
        "typography": {"button": {"textTransform": "none"}},
        "components": {
            "MuiAppBar": {"styleOverrides": {"root": header}},
            "MuiToggleButton": {"styleOverrides": {"root": {"textTransform": "none"}}},
        },
    }


def serve():
    """The app for one visitor."""
    try:
        known = library(current_visitor())
    except DataError as error:
        return pmui.Page(title="glassviz", main=[pmui.Alert(title=str(error), severity="error", margin=40)])
    session = started(known, opened())
    keep_in_step(session)
    if session.large:
        present(pn.state.curdoc)
    bar, pages, guide, figures = Bar(session), Pages(session), TourGuide(session), FiguresDialog(session)
    own = OwnDataDialog(session, current_visitor())
    help_dialog = pmui.Dialog(keys_table(), title="Keys", close_on_click=True)
    keys = Keys(lambda key: pressed(key, session, bar, help_dialog), keys=[*KEYS, *TOUR_KEYS])
    shell = pmui.Page(
        title="glassviz",
        # Pages above, choices below: beside each other they would not fit into a laptop's width.
        header=[
            pmui.Column(navigation(session), bar.panel, sizing_mode="stretch_width", margin=0),
            pmui.Row(figures.button, own.button, large_button(session), margin=(18, 0, 0, 0), width=108),
        ],
        main=[
            TypeSize(large=session.large),
            pages.panel,
            guide.panel,
            keys,
            help_dialog,
            figures.panel,
            own.panel,
            *who(),
        ],
        theme_config={"light": theme(False), "dark": theme(True)},
        dark_theme=session.dark,
        busy_indicator=None,
        # With these two values the header leaves the colours of the widgets in it alone.
        sx={
            ".MuiAppBar-root": {"bgcolor": "primary.contrastText", "color": "primary.main"},
            # The bar gives way before the buttons at the end leave the window.
            ".MuiAppBar-root .MuiToolbar-root > .MuiBox-root": {"minWidth": 0},
            # Of the header and of the room that is left for it above the page.
            ".MuiToolbar-root": {"height": HEADER, "minHeight": f"{HEADER} !important"},
        },
    )
    untie(shell)
    shell.param.watch(lambda event: session.choose(dark=event.new), "dark_theme")
    pn.state.on_session_destroyed(partial(release, pn.state.curdoc))
    pn.state.onload(lambda: report_problems(known.problems))
    pn.state.add_periodic_callback(lambda: notice_changes(session), period=REFRESH_PERIOD)
    return shell


def started(shared, state):
    """The Session of an address: one that names a step of the tour and no temperature is a link to that step."""
    session = Session(shared, **state)
    if state.get("tour") and "temperature" not in state:
        tour.go(session, session.tour)
    return session


class Pages:
    """The pages of the app in one place: Snapshots from the start, the others when first shown; then they are kept."""

    def __init__(self, session):
        self.session, self._made = session, {}
        missing = MissingBar(session).panel
        self.panel = pn.Column(missing, sizing_mode="stretch_both", margin=0, styles={"position": "relative"})
        session.param.watch(self._show, ["page", "tour"])
        self._make("snapshots")
        self._show()

    def _show(self, *_):
        with one_batch():
            self._put(self.session.page)

    def _put(self, name):
        if name not in self._made:
            self._make(name)
        # What has no room above the bar of a tour is scrolled there: the bar itself stays in sight.
        held = bool(self.session.tour)
        # Panel adds up the heights that the pages need, though they lie in one place: each new one would stretch all.
        self.panel.styles = {"position": "relative", "overflow": "hidden" if held else "visible", "min-height": "0px"}
        for other, place in self._made.items():
            place.styles = {**(SHOWN if other == name else HIDDEN), "overflow": "auto" if held else "visible"}

    def _make(self, name):
        page = MADE_BY[name](self.session)
        self._made[name] = pn.Column(page.panel, sizing_mode="stretch_both", margin=0, styles=SHOWN)
        self.panel.append(self._made[name])


def navigation(session):
    """The choice of the page."""
    pages = pmui.RadioButtonGroup(
        label="Page",
        options=PAGES,
        value=session.page,
        size="small",
        margin=(2, 0, 0, 0),
        stylesheets=UNLABELLED,
        sx={
            ".MuiToggleButton-root": {
                "fontSize": "0.8rem",
                "px": "10px",
                "py": "1px",
                "border": 0,
                "borderRadius": "4px",
            }
        },
    )
    pages.param.watch(lambda event: session.choose(page=event.new), "value")
    session.param.watch(lambda event: setattr(pages, "value", event.new), "page")
    return pages


def large_button(session):
    """Presentation mode on and off."""
    button = pmui.IconButton(
        icon="slideshow", label="", description="Presentation mode: large type (m)", size="small", margin=0
    )
    button.on_click(lambda _: session.choose(large=not session.large))
    return button


def who():
    """The name of who has logged in with the way out, where there is a login."""
    if not has_login():
        return []
    name = current_visitor().name or "guest"
    words = f"<span>{escape(name)}</span> · <a href='./logout' style='color:inherit'>Log out</a>"
    # The header is full: the lower right corner is free on every page.
    styles = {"position": "fixed", "right": "14px", "bottom": "6px", "font-size": "0.8rem", "z-index": "10"}
    return [pn.pane.HTML(words, margin=0, styles=styles)]


def keys_table():
    """The list of keys as text."""
    lines = [f"| **{NAMES.get(key, key)}** | {meaning} |" for key, meaning in KEYS.items()]
    lines += ["| **0** | whole box (in a snapshot) |", "| **Shift + drag** | lasso (in a snapshot) |"]
    return pn.pane.Markdown("\n".join(["| key | what it does |", "|---|---|", *lines]))


def pressed(key, session, bar, help_dialog):
    """Carry out one key."""
    if key in ("ArrowLeft", "ArrowRight"):
        session.step("time", 1 if key == "ArrowRight" else -1)
    elif key in ("ArrowUp", "ArrowDown"):
        session.step("configuration", 1 if key == "ArrowDown" else -1)
    elif key in "[]":
        session.step("temperature", 1 if key == "]" else -1)
    elif key == " ":
        if session.page == "transfer":
            session.choose(playing=not session.playing)
        else:
            bar.play.value = not bar.play.value
    elif key in TOUR_KEYS:
        tour.step(session, TOUR_KEYS[key])
    elif key == "m":
        session.choose(large=not session.large)
    elif key in PAGE_KEYS:
        session.choose(page=PAGE_KEYS[key])
    elif key == "Escape":
        session.choose(selected=[], followed=-1)
        help_dialog.open = False
    else:
        help_dialog.open = not help_dialog.open


def untie(shell):
    """Free the page from the busy sign of the whole server: every click would send, and search, the pages of all.

    Setting the value ends the tie, but leaves the server watching, and holding, the page.
    """
    watchers = [watcher for _, watcher in shell._param__private.ref_watchers]
    for watcher in watchers:
        pn.state.param.unwatch(watcher)
    with edit_readonly(shell):
        shell.busy = False


def release(document, _):
    """Let go of a visitor who has left: Panel 1.9 keeps the area of the notifications, and with it all of the page."""
    for name, (_, _, shown_in, _) in list(pn.state._views.items()):
        if shown_in is document:
            del pn.state._views[name]


def report_problems(problems):
    """Tell the visitor about files that could not be used."""
    for problem in problems[:3]:
        pn.state.notifications.warning(problem, duration=0)
    if len(problems) > 3:
        pn.state.notifications.warning(f"{len(problems) - 3} more files: glassviz info lists them", duration=0)


def notice_changes(session):
    """Show configurations that were added or corrected meanwhile, also the first of the visitor's own."""
    # Thirty visitors need not look at the same files thirty times.
    renew(session, current_visitor(), patience=REFRESH_PERIOD / 2000)
    if session.seen != session.stamp():
        session.seen = session.stamp()
        session.choose()
        session.param.trigger("configuration")
