"""What is known of the selected particles, and the scores, as small tables of numbers."""

import numpy as np
import panel as pn

from glassviz.colours import NEUTRALS
from glassviz.words import number

STYLE = """
:host { display: block; }
section { font-size: 0.875rem; line-height: 1.5; color: %(text)s; font-variant-numeric: tabular-nums; }
h2 { font-size: 0.9375rem; font-weight: 600; margin: 0 0 6px; }
table { border-collapse: collapse; width: 100%%; }
td { padding: 2px 0; border-bottom: 1px solid %(line)s; }
td:last-child, th:last-child { text-align: right; }
td + td, th + th { text-align: right; padding-left: 8px; }
th { font-weight: 400; text-align: left; color: %(quiet)s; padding: 0 0 2px; }
p { color: %(quiet)s; margin: 4px 0; }
.large { font-size: 1.625rem; font-weight: 600; line-height: 1.2; }
.row { display: flex; gap: 18px; align-items: baseline; }
.row span { color: %(quiet)s; font-size: 0.8125rem; }
"""


class TextView:
    """A block of HTML in the house style; text comes from the functions below, never from outside."""

    def __init__(self):
        self.panel = pn.pane.HTML("", sizing_mode="stretch_width", margin=(4, 10))

    def update(self, html, dark):
        """Show `html`."""
        self.panel.param.update(object=f"<section>{html}</section>", stylesheets=[STYLE % NEUTRALS[dark]])


def lowered(text):
    """C_B as HTML."""
    head, _, tail = text.partition("_")
    return f"{head}<sub>{tail[:1]}</sub>{tail[1:]}" if tail else head


def selection_table(selected, types, quantities):
    """HTML about particles: how many of each type, and mean of each quantity for them and for all.

    selected : indices; types (N,); quantities : name -> (N,), nan where unknown
    """
    if len(selected) == 0:
        return (
            "<h2>Selection</h2><p>Click a particle, or drag a lasso in a snapshot or in the scatter. "
            "Double-click follows one particle over time.</p>"
        )
    one = len(selected) == 1
    counts = ", ".join(f"{(types[selected] == t).sum()} of type {t}" for t in np.unique(types[selected]))
    title = f"Particle {selected[0]} · type {types[selected[0]]}" if one else f"{len(selected)} particles"
    rows = "".join(
        f"<tr><td>{lowered(name)}</td><td>{number(_mean(values[selected]))}</td>"
        f"<td>{number(_mean(values[np.isin(types, types[selected])]))}</td></tr>"
        for name, values in quantities.items()
    )
    others = "mean of its type" if one else "mean of these types"
    head = f"<tr><th></th><th>{'here' if one else 'mean'}</th><th>{others}</th></tr>"
    return f"<h2>{title}</h2>{'' if one else f'<p>{counts}</p>'}<table>{head}{rows}</table>"


def nearest_line(index, distance, symbol, measured, predicted):
    """HTML about the particle that the network takes for the most similar one."""
    values = f"{lowered(symbol)} MD {number(measured)}, predicted {number(predicted)}"
    return f"<p>Nearest in the model: particle {index}, at {number(distance)} in the bottleneck; {values}</p>"


def score_table(type_number, here, test, split):
    """HTML with the Pearson correlation of the shown configuration and of the whole test set.

    here : Pearson of this configuration or nan; test : a row of learning.score_table, or None while it is computed
    """
    own = f"<div><div class=large>{number(here, 2)}</div><span>this configuration ({split})</span></div>"
    if test is None:
        whole = "<div><div class=large>…</div><span>test set</span></div>"
    else:
        # Few configurations can agree by chance: an error is never shown as zero.
        digits = 2 if not test["error"] < 0.01 else 3
        error = f" ± {test['error']:.{digits}f}" if np.isfinite(test["error"]) else ""
        counted = f"{test['configurations']} configuration{'s' * (test['configurations'] != 1)}"
        whole = (
            f"<div><div class=large>{number(test['pearson'], digits)}{error}</div><span>test set "
            f"({counted}) · ceiling {number(test['ceiling'], 2)}</span></div>"
        )
    return f"<h2>Pearson correlation, type {type_number}</h2><div class=row>{own}{whole}</div>"


def _mean(values):
    known = values[np.isfinite(values)]
    return known.mean() if len(known) else np.nan
