"""Bokeh's models made, searched and sent for less: as Bokeh itself would."""

import subprocess
import sys

import pytest
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.document import Document
from bokeh.model.util import visit_value_and_its_immediate_references
from bokeh.models import CDSView, ColumnDataSource, CustomJS, GlyphRenderer, Range1d
from bokeh.plotting import figure

from glassviz.pages import shell
from glassviz.pages.model_search import _visit
from tests.liquids import REPOSITORY

MADE = """
import json, re, sys
from bokeh.core.has_props import HasProps
if sys.argv[1] == "ours":
    import glassviz.pages.model_defaults as ours
    HasProps.__init__, HasProps.properties_with_values = ours._make, ours._values
from bokeh.document import Document
from bokeh.models import ColumnDataSource, CustomJS, DataTable, HoverTool, Select, TableColumn
from bokeh.plotting import figure
source = ColumnDataSource({"x": [1, 2], "y": [3, 4]})
plot = figure(title="t", tools="pan,box_zoom,reset", x_axis_type="log", tags=["own"])
plot.line("x", "y", source=source, legend_label="a")
plot.scatter("x", "y", source=source, size=4)
plot.add_tools(HoverTool(tooltips=[("x", "@x")]))
plot.js_on_event("tap", CustomJS(code="1"))
plot.on_event("tap", lambda event: None)
choice = Select(options=["a", "b"])
choice.js_on_change("value", CustomJS(args={"plot": plot}, code="2"))
document = Document()
for root in (plot, choice, DataTable(source=source, columns=[TableColumn(field="x")])):
    document.add_root(root)
def told(part):
    # Bokeh tells some empty lists of a selection, which are what the browser has by itself.
    if isinstance(part, dict):
        return {name: told(value) for name, value in part.items() if value not in ([], {}) and told(value) != {}}
    return [told(value) for value in part] if isinstance(part, list) else part
text = json.dumps(told(document.to_json(deferred=False)), sort_keys=True, default=str)
# The names of models are numbers in the order of making: of both they are given anew in the order of the text.
known = {}
print(re.sub(r'"p[0-9]+"', lambda name: str(known.setdefault(name[0], len(known))), text))
"""


def made(by):
    command = [sys.executable, "-c", MADE, by]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


def test_a_document_is_sent_as_bokeh_sends_it():
    ours = made("ours")
    assert len(ours) > 5000
    assert ours == made("bokeh")


def test_an_empty_list_is_each_models_own_and_sent_when_it_is_filled():
    shell.remember_defaults()
    first, second = Range1d(), Range1d()
    first.tags.append("own")
    assert second.tags == []
    assert first.properties_with_values(include_defaults=False)["tags"] == ["own"]
    assert "tags" not in second.properties_with_values(include_defaults=False)
    heard = []
    second.on_change("tags", lambda name, old, new: heard.append((old, list(new))))
    second.tags.append("late")
    assert heard == [([], ["late"])]
    second.js_on_change("start", CustomJS(code="1"))
    assert list(second.properties_with_values(include_defaults=False)["js_property_callbacks"]) == ["change:start"]


def test_models_that_come_with_a_model_are_made_with_it():
    shell.remember_defaults()
    view, source = CDSView(), ColumnDataSource()
    assert view.filter is not CDSView().filter
    assert {"selected", "selection_policy"} <= set(source.properties_with_values(include_defaults=False))
    assert source.selected in source.references()


def test_what_must_be_given_and_is_not_is_named():
    shell.remember_defaults()
    with pytest.raises(UnsetValueError, match="data_source"):
        GlyphRenderer().properties_with_values(include_defaults=False)


def test_a_search_finds_what_all_properties_refer_to():
    plot = figure(tools="pan,tap")
    plot.scatter("x", "y", source=ColumnDataSource({"x": [1], "y": [2]}), tags=[Range1d()])
    plot.js_on_event("tap", CustomJS(args={"range": Range1d(), "deep": [[Range1d()]]}, code="1"))
    document = Document()
    document.add_root(plot)
    assert len(document.models) >= 30
    for model in document.models:
        found, there = [], []
        _visit(model, found.append)
        for name in model.properties_with_refs():
            visit_value_and_its_immediate_references(getattr(model, name), there.append)
        assert {part.id for part in found} == {part.id for part in there}
    assert isinstance(plot, HasProps)
