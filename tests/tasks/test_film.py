"""Films: what a player finds in the file, what the pictures show, and when they show it."""

from functools import partial

import numpy as np
import pytest

from glassviz.cli.main import main
from glassviz.colours import PROPENSITY
from glassviz.errors import Cancelled, InputError
from glassviz.figures.disc_raster import DiscRaster
from glassviz.figures.film import GROUND, MISSING, FilmSheet, film_palette, time_words
from glassviz.figures.movie import write_movie
from glassviz.learning.store import entry_of
from glassviz.tasks.film import film
from glassviz.tasks.film_clock import FilmClock
from glassviz.tasks.film_curves import KNOTS, conditioned, learnt_word, measured_curves, predicted_curves
from tests.film_data import NAME, ladder_model, write_ladder

SMALL = {"frames": 7, "fps": 10, "size": 120}


@pytest.fixture(scope="module")
def ladder(tmp_path_factory):
    data = write_ladder(tmp_path_factory.mktemp("data") / "ladder")
    return data, entry_of(ladder_model(data), NAME)


def frames_of(path):
    """(pictures, seconds) as a player finds them."""
    if path.suffix == ".mp4":
        import av

        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert (stream.codec.name, stream.pix_fmt) == ("h264", "yuv420p")
            seconds = float(stream.duration * stream.time_base)
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)], seconds
    from PIL import Image

    with Image.open(path) as image:
        pictures, seconds = [], 0.0
        for k in range(image.n_frames):
            image.seek(k)
            pictures.append(np.array(image.convert("RGB")))
            seconds += image.info["duration"] / 1000
    return pictures, seconds


def balance(picture):
    """Blue minus red, over the panel farthest to the right."""
    panel = picture[23:143, -125:-5].astype(float)
    return panel[..., 2].mean() - panel[..., 0].mean()


@pytest.mark.parametrize("name", ["film.mp4", "film.GIF"])
def test_a_player_finds_every_picture_of_the_film(ladder, tmp_path, name):
    data, entry = ladder
    seen = []
    path = film(data, 0.4, tmp_path / name, entry, 2, **SMALL, progress=lambda *state: seen.append(state))
    pictures, seconds = frames_of(path.rename(path.with_suffix(path.suffix.lower())))
    assert len(pictures) == 7
    assert seconds == pytest.approx(0.7)
    assert {picture.shape for picture in pictures} == {(168, 256, 3)}
    assert seen == [(k, 7, "film") for k in range(8)]
    # From frozen to rearranged.
    tones = [balance(picture) for picture in pictures]
    assert tones[0] > 10
    assert tones[-1] < tones[0] - 10
    assert max(np.diff(tones)) < 3
    assert [p.name for p in tmp_path.iterdir()] == [path.with_suffix(path.suffix.lower()).name]


def test_molecular_dynamics_is_met_at_its_label_times(ladder):
    data, _ = ladder
    point = data[0.5]
    curves = measured_curves(point, 2)
    for slot, level in enumerate(point.decay()):
        np.testing.assert_allclose(curves(level), point.bond_breaking[2, slot], atol=1e-7)
    assert curves.lowest == point.decay()[-1]
    assert np.isnan(curves(curves.lowest - 0.01)).all()
    assert measured_curves(data[0.3], 0) is None


def test_the_prediction_is_that_of_the_networks_told_what_the_iteration_found(ladder):
    data, entry = ladder
    model, point = entry["model"], data[0.3]
    own = point.configurations[0].types == 1
    curves = predicted_curves(model, point, 0)
    np.testing.assert_allclose(curves(1.0)[own], 1, atol=1e-12)
    assert np.isnan(curves(0.8)[~own]).all()
    each = [predicted_curves(model, point, 0, network)(0.8)[own] for network in range(model.seeds)]
    np.testing.assert_allclose(np.mean(each, axis=0), curves(0.8)[own])
    told = conditioned(model, point).inputs_told[:, [KNOTS.index(0.8)]]
    direct = model.scaled_for(point).predict_states(point.configurations[0], 0.3, told, point.inherent[0])
    np.testing.assert_allclose(each, direct[:, 0, own])
    assert np.abs(each[0] - each[1]).max() > 1e-4
    with pytest.raises(InputError, match=r"network is 2, expected one of 0\.\.1"):
        predicted_curves(model, point, 0, 2)


def test_deviations_are_those_of_networks_told_c_itself(ladder):
    data, entry = ladder
    model, point = entry["model"], data[0.4]
    told = np.full((model.seeds, 1), 0.8)
    found = [
        model.predict_states(c, 0.4, told, i)[:, 0] for c, i in zip(point.configurations, point.inherent, strict=True)
    ]
    own = [values[:, c.types == 1] for values, c in zip(found, point.configurations, strict=True)]
    expected = np.concatenate(own, axis=1).mean(axis=1) - 0.8
    np.testing.assert_allclose(conditioned(model, point).deviations[:, KNOTS.index(0.8)], expected, atol=1e-6)


def test_words_on_what_was_learnt(ladder):
    model = ladder[1]["model"]
    assert [learnt_word(model, T) for T in (0.5, 0.4, 0.3)] == ["MD", "MD", "predicted"]
    model.provenance["learnt"].append((0.4, 0.5, "transferred"))
    assert learnt_word(model, 0.4) == "MD + transferred"
    model.provenance["learnt"].pop()


def test_the_clock_follows_the_labels_and_goes_on_without(ladder):
    data, _ = ladder
    clock = FilmClock(data)
    point = data[0.5]
    times, told = clock.times(0.5, point.decay())
    np.testing.assert_allclose(times, point.times, rtol=1e-9)
    assert told.all()
    tau, estimated = clock.tau(0.3)
    assert estimated
    times, told = clock.times(0.3, np.linspace(1, 0.5, 50))
    assert not told.any()
    assert (np.diff(times) > 0).all()
    assert times[-1] == pytest.approx(tau)
    assert clock.tau(0.5)[1] is False


def test_discs_are_where_the_particles_are():
    positions, radii = np.array([[2.0, 3.0], [9.9, 8.0]]), np.array([1.0, 0.5])
    raster = DiscRaster(positions, radii, np.array([10.0, 10.0]), 200, PROPENSITY, GROUND, MISSING)
    picture = raster(np.array([0.0, 1.0]))
    assert picture[140, 40].tolist() == PROPENSITY[0].tolist()
    assert picture[40, 197].tolist() == PROPENSITY[254].tolist()
    # The periodic image of the second one reaches in from the left.
    assert picture[40, 2].tolist() == PROPENSITY[254].tolist()
    assert picture[100, 100].tolist() == list(GROUND)
    assert raster(np.array([np.nan, 1.0]))[140, 40].tolist() == list(MISSING)
    covered = (picture != np.array(GROUND)).any(axis=-1)
    assert covered.mean() == pytest.approx((np.pi * (1 + 0.25)) / 100, rel=0.05)


def test_what_lies_behind_is_covered():
    positions, box = np.array([[5.0, 5.0], [5.5, 5.0]]), np.array([10.0, 10.0])
    for behind in (0, 1):
        mask = np.arange(2) == behind
        raster = DiscRaster(positions, np.ones(2), box, 100, PROPENSITY, GROUND, MISSING, mask)
        assert raster(np.array([0.0, 1.0]))[50, 52].tolist() == PROPENSITY[254 if behind == 0 else 0].tolist()


def test_pictures_have_room_for_what_is_missing():
    positions = np.random.default_rng(0).uniform(0, 10, (40, 2))
    sheet = FilmSheet(positions, np.full(40, 0.4), np.array([10.0, 10.0]), ["MD", "prediction"], 121, 0.3, "note")
    picture = sheet.picture([None, np.ones(40)], 0.5, time_words(12.0, True, 40.0, False))
    assert picture.shape == (sheet.height, sheet.width, 3)
    assert sheet.height % 2 == sheet.width % 2 == 0
    left = picture[sheet._top + 5 : sheet._top + 50, sheet._left(0) + 5 : sheet._left(0) + 100]
    assert (left == GROUND).all()
    with pytest.raises(InputError, match="size is 119, expected a whole number of pixels from 120"):
        FilmSheet(positions, np.full(40, 0.4), np.array([10.0, 10.0]), ["MD"], 119, 0.3)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ((12.0, True, 40.0, False), r"$t\;=\;12$$\;=\;0.3\,\tau$"),
        ((3.2e11, False, 1e12, True), r"$t\;≈\;3.2\times10^{11}$$\;≈\;0.32\,\tau$  (estimated)"),
        ((1636.0, True, 4e4, True), r"$t\;=\;1636$$\;≈\;0.041\,\tau$  ($\tau$ estimated)"),
        ((0.0, True, 4e4, True), r"$t\;=\;0$"),
        ((np.nan, False, np.nan, True), "time unknown"),
    ],
)
def test_estimates_are_marked(state, words):
    assert time_words(*state) == words


def test_the_palette_of_a_gif_has_every_colour_of_the_scale():
    distance = np.abs(film_palette()[None].astype(int) - PROPENSITY[:, None].astype(int)).sum(axis=-1).min(axis=1)
    assert distance.max() <= 6
    assert film_palette().shape == (256, 3)


def test_a_film_that_is_stopped_leaves_nothing(ladder, tmp_path):
    data, entry = ladder

    def stop(done, *_):
        if done == 3:
            raise Cancelled

    for name in ("film.mp4", "film.gif"):
        with pytest.raises(Cancelled):
            film(data, 0.4, tmp_path / name, entry, 2, **SMALL, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"output": "film.avi"}, r"output is 'film.avi', expected a name that ends in .mp4 or .gif"),
        ({"frames": 1}, "frames is 1, expected a whole number from 2 on"),
        ({"fps": 0}, "fps is 0, expected a whole number from 1 to 60"),
        ({"size": 10**6}, "size is 1000000, expected a whole number of pixels"),
        ({"temperature": 0.3, "md": True}, "configuration 0 at T = 0.3 has no labels"),
        ({"network": 9}, "network is 9, expected one of"),
    ],
)
def test_impossible_films_are_refused(ladder, tmp_path, settings, sentence):
    data, entry = ladder
    settings = {"temperature": 0.4, "output": "film.mp4", **SMALL, **settings}
    output = tmp_path / settings.pop("output")
    make = partial(film, data, settings.pop("temperature"), output.name if "avi" in output.name else output, entry)
    with pytest.raises(InputError, match=sentence):
        make(**settings)
    assert list(tmp_path.iterdir()) == []


def test_a_rate_is_checked_before_a_file_is_opened(tmp_path):
    with pytest.raises(InputError, match="fps is 61"):
        write_movie(tmp_path / "film.gif", iter(()), 61, film_palette())
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_films(ladder, tmp_path, capsys, monkeypatch):
    data, entry = ladder
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path / "home"))
    folder, output = str(data.folders[0]), tmp_path / "film.gif"
    arguments = ["film", "--data", folder, "--temperature", "0.3", "--frames", "3", "--size", "120", str(output)]
    monkeypatch.setattr("glassviz.jobs.request.EMBEDDED", tmp_path / "none")
    assert main(arguments) == 2
    assert "no tGlassMLP of KA2D is stored; glassviz transfer --quick makes one" in capsys.readouterr().err
    entry["model"].save(tmp_path / "home" / "models" / entry["name"])
    assert main([*arguments, "--copies", "2", "--configuration", "1"]) == 0
    assert capsys.readouterr().out == f"wrote {output}\n"
    assert len(frames_of(output)[0]) == 3
    # Without labels the prediction stands alone.
    assert frames_of(output)[0][0].shape[1] == 130
    assert main([*arguments, "--model", "other"]) == 2
    assert f"model is 'other', expected one of {entry['name']}" in capsys.readouterr().err
