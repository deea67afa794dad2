"""Film: the liquid at a temperature from frozen to relaxed, as a tGlassMLP predicts it, beside molecular dynamics."""

import numpy as np

from glassviz.configuration import tile
from glassviz.errors import InputError
from glassviz.figures.film import FilmSheet, film_palette, time_words
from glassviz.figures.movie import check_suffix, write_movie
from glassviz.tasks.film_clock import FilmClock
from glassviz.tasks.film_curves import HIGHEST, LOWEST, measured_curves, predicted_curves, reached_means

FRAMES, RATE, SIZE = 120, 24, 720
"""Pictures, pictures a second and pixels along an edge of a snapshot, where nothing else is said."""


def film(data, temperature, output, entry, place=0, frames=FRAMES, fps=RATE, size=SIZE, md=None, copies=1, network=None,
         lowest=LOWEST, progress=None, watch=None):  # fmt: skip
    """Write the film of one structure to `output` (.mp4 or .gif); returns the path.

    entry : of a tGlassMLP, as learning.opened_models gives it; place : of the configuration in the state point
    frames : pictures, at mean propensities evenly from 1 down to `lowest`; between label times and between the
    networks' knots each particle is interpolated (`PropensityAtLevel`)
    md : molecular dynamics on the left: None where there are labels; True without labels is an InputError
    copies : periodic copies along each axis; network : of this one alone, from 0, instead of the mean of all
    progress(done, total, stage) counts pictures and may raise Cancelled: then nothing is written; watch(picture) sees
    each of them, (height, width, 3) uint8
    Raises InputError for what is not there or out of range, before anything long is begun.
    """
    check_suffix(output)
    if type(frames) is not int or frames < 2:
        raise InputError(f"frames is {frames!r}, expected a whole number from 2 on")
    point = data[temperature]
    levels = np.linspace(HIGHEST, lowest, frames)
    measured = None if md is False else measured_curves(point, place, entry["model"].types[0])
    if md and measured is None:
        raise InputError(
            f"configuration {point.records[place].index} at T = {point.temperature:g} has no labels to show beside the "
            f"prediction; glassviz simulate --temperature {point.temperature:g} makes them"
        )
    sheet = _sheet(data, point, place, entry, size, copies, measured is not None, network)
    if progress is not None:
        progress(0, frames, "film")
    predicted = predicted_curves(entry["model"], point, place, network)
    reached = reached_means(entry["model"], point, levels, network)
    pictures = _pictures(sheet, (measured, predicted), (levels, reached), FilmClock(data), point, copies, progress)
    return write_movie(output, _seen(pictures, watch), fps, film_palette())


def _seen(pictures, watch):
    """The same pictures, each shown to `watch`."""
    for picture in pictures:
        if watch is not None:
            watch(picture)
        yield picture


def _sheet(data, point, place, entry, size, copies, beside, network):
    record, system = point.records[place], data.system
    structure = tile(record.thermal, copies).wrap()
    types = " and ".join(str(number) for number in entry["model"].types)
    which = "" if network is None else f", network {network}"
    titles = ["Molecular dynamics"] * beside + [f"Predicted by tGlassMLP{which}"]
    note = f"{system.name}, N = {structure.number:,}, type {types}; configuration {record.index}; {entry['name']}"
    radii = system.radii[structure.types - 1]
    behind = ~np.isin(structure.types, entry["model"].types)
    return FilmSheet(structure.positions, radii, structure.box, titles, size, point.temperature, note, behind)


def _pictures(sheet, curves, means, clock, point, copies, progress):
    """The pictures, one after another; means : the levels and what the prediction reaches there."""
    measured, predicted = curves
    levels, reached = means
    (tau, estimated), (times, told) = clock.tau(point.temperature), clock.times(point.temperature, levels)
    repeated = copies**point.system.dimension
    unknown = np.isnan(predicted(1.0))
    for done, (level, mean, time, known) in enumerate(zip(levels, reached, times, told, strict=True), 1):
        fields = [np.tile(predicted(level), repeated)]
        if measured is not None:
            # Particles without a prediction are grey on both sides: what is compared is the same.
            values = np.where(unknown, np.nan, measured(level))
            fields.insert(0, np.tile(values, repeated) if level >= measured.lowest - 1e-9 else None)
        yield sheet.picture(fields, level, time_words(time, known, tau, estimated), mean)
        if progress is not None:
            progress(done, len(levels), "film")
