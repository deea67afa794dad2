"""What the page Heterogeneity says of its curves: fits, what a collapse holds, and what could not be drawn."""

MARKS = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "inverted_triangle": "▼", "hex": "⬢"}
"""Bokeh's markers of the temperatures of a collapse, and as words write them."""


def fit_sentences(curves):
    """One sentence for each method of HeterogeneityCurves on its fit at the session's time."""
    sentences, slot, T = [], curves.session.slot, curves.session.temperature
    for entry, label, _ in curves.methods(T) if slot is not None else ():
        found = curves.found(entry, T)
        fit = found and curves.fit(found, slot)
        if fit:
            sentences.append(f"{label}: {_in_symbols(fit.reason) or _numbers(fit, curves.session.cubic)}")
    return sentences


def collapse_sentence(drawn):
    """Marks, temperatures and times of the curves of a collapse; "" without any."""
    times = {}
    for curve in drawn:
        times.setdefault((curve["temperature"], curve["marker"]), set()).add(float(curve["found"].times[curve["slot"]]))
    words = {key: ", ".join(f"{t:g}" for t in sorted(own)) for key, own in times.items()}
    return "; ".join(f"{MARKS[marker]} T = {T:g}: t = {own}" for (T, marker), own in words.items())


def left_out(drawn):
    """Rings that curves of S_4(q) lack because a logarithmic axis has no zero, as "MD 2, Ridge 1": (number, words)."""
    number = {}
    for curve in drawn:
        number[curve["name"]] = number.get(curve["name"], 0) + curve.get("left_out", 0)
    return sum(number.values()), ", ".join(f"{name} {count}" for name, count in number.items() if count)


def left_out_sentence(drawn):
    """How many rings could not be drawn; "" where all could."""
    total, whose = left_out(drawn)
    return f"{total} ring{'s' * (total != 1)} with S₄ ≤ 0 not drawn ({whose})" if total else ""


def level_sentence(curves):
    """The temperatures with labels of which no time is near the chosen level; "" without any."""
    absent = [T for T in curves.labelled if curves.level_slot(T) is None]
    what = f"no label time near C = {curves.session.level:g}"
    return f"{what} at T = {', '.join(f'{T:g}' for T in absent)}" if absent else ""


def _in_symbols(words):
    """Names of parameters as the page writes them."""
    for name, symbol in (("chi", "χ"), ("xi", "ξ"), ("S_4", "S₄"), ("^2", "²")):
        words = words.replace(name, symbol)
    return words


def _numbers(fit, cubic):
    """The parameters of a fit with their errors."""
    named = (("ξ", "xi"), ("χ", "chi"), *([("A", "A")] if cubic else []))
    words = ", ".join(f"{symbol} = {getattr(fit, name):.3g} ± {fit.error(name):.2g}" for symbol, name in named)
    return words + ", barely identified: tends to be too small" * fit.barely
