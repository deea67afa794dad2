import numpy as np
import pytest

from glassviz.dynamics import (
    FourPointRings,
    fit_four_point_rings,
    fit_four_point_structure_factor,
    four_point_rings,
    four_point_structure_factor,
)
from glassviz.errors import InputError
from glassviz.wave_vectors import half_space

EDGE = 263.1699
"""Of the box of N = 82,560."""
PLANTED = [(3, 3, 0.05), (15, 5, 0.3), (40, 6.5, 1)]
SYMBOLS = ("chi", "xi", "A")


def law(q, chi, xi, A):
    """The form that is fitted."""
    return chi / (1 + (xi * q) ** 2 + A * (xi * q) ** 3)


def pulls_of(fit, planted):
    """By how many of its errors each parameter misses the truth."""
    return [(getattr(fit, name) - true) / fit.errors[name] for name, true in zip(SYMBOLS, planted, strict=True)]


def shells(edge=EDGE, q_max=0.61, width=0.05):
    """Wave vectors' lengths of a box, the ring of each, q and modes of the rings."""
    rings = four_point_rings([np.zeros((1, 2))], [np.zeros(1)], edge, q_max, width=width)
    lengths = half_space((edge, edge), q_max)[1]
    owner = np.empty(len(lengths), dtype=int)
    owner[np.argsort(lengths)] = np.repeat(np.arange(len(rings.q)), rings.modes)
    np.testing.assert_allclose(np.bincount(owner, lengths) / rings.modes, rings.q)
    return lengths, owner, rings.q, rings.modes


def expected_errors(planted, lengths):
    """Standard errors of chi, xi, A from one Gaussian field, by the information of its modes; derivatives by steps."""
    used = lengths[(lengths >= 0.2) & (lengths <= 0.6)]
    slopes = []
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-5 * planted[k]
        rise = np.log(law(used, *(planted + step))) - np.log(law(used, *(planted - step)))
        slopes.append(rise / (2 * step[k]))
    return np.sqrt(np.diag(np.linalg.inv(np.array(slopes) @ np.array(slopes).T)))


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_planted_parameters_come_back_as_often_as_the_errors_say(planted):
    lengths, owner, q, modes = shells()
    alone = expected_errors(np.array(planted, dtype=float), lengths)
    # So many fields that the expected error of xi is 8 %.
    fields = int(np.ceil((alone[1] / planted[1] / 0.08) ** 2))
    random, pulls, errors = np.random.default_rng(1), [], []
    for _ in range(100):
        # |W|^2 / N of a Gaussian field is exponential at each wave vector; the mean over fields follows a gamma law.
        waves = law(lengths, *planted) * random.gamma(fields, 1 / fields, len(lengths))
        fit = fit_four_point_structure_factor(q, np.bincount(owner, waves) / modes, modes=fields * modes)
        assert fit.message == ""
        pulls.append(pulls_of(fit, planted))
        errors.append(list(fit.errors.values()))
        np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), errors[-1])
    # The rings, and those at the ends of the range, cost a little of the information in single wave vectors.
    np.testing.assert_allclose(np.median(errors, axis=0) * np.sqrt(fields), alone, rtol=0.2)
    assert np.median(errors, axis=0)[1] < 0.1 * planted[1]
    for one in np.abs(pulls).T:
        assert 58 <= (one < 1).sum() <= 78
        assert 90 <= (one < 2).sum() <= 100
    assert np.abs(np.mean(pulls, axis=0)).max() < 0.35


def test_rings_of_few_modes_do_not_pull_the_fit_down():
    # Three fields, two to six modes a ring in each: weights from the data would favour rings that happen to lie low.
    lengths, owner, q, modes = shells(width=0)
    random, fits = np.random.default_rng(9), []
    for _ in range(60):
        waves = law(lengths, 15, 5, 0.3) * random.gamma(3, 1 / 3, len(lengths))
        fits.append(fit_four_point_structure_factor(q, np.bincount(owner, waves) / modes, (0.02, 0.6), 3 * modes))
    assert not any(fit.message for fit in fits)
    for at in (0.05, 0.2, 0.5):
        ratio = np.array([fit(at) for fit in fits]) / law(at, 15, 5, 0.3)
        assert abs(ratio.mean() - 1) < 3 * ratio.std() / np.sqrt(60) < 0.08


def half_rings(planted, noise, fields, random):
    """Rings of fields seen through two halves of replicas whose noise has the spectrum `noise`."""
    lengths, owner, q, modes = shells()

    def waves(spectrum):
        return np.sqrt(spectrum / 2) * random.normal(size=(2, fields, len(lengths)))

    both = waves(law(lengths, *planted))
    first, second = both + waves(noise(lengths)), both + waves(noise(lengths))
    each = [(first * second).sum(axis=0), ((first - second) ** 2).sum(axis=0) / 2]
    sums = [np.array([np.bincount(owner, row) for row in kind]) for kind in each]
    return FourPointRings(q, modes, *sums, np.ones(fields, dtype=int))


def test_half_products_come_back_as_often_as_their_larger_errors_say():
    # The noise is correlated as well, for bonds break together; it exceeds the field at large q.
    planted, random, pulls, ratios, chi2 = (15, 5, 0.3), np.random.default_rng(2), [], [], []
    for _ in range(60):
        rings = half_rings(planted, lambda q: 4 / (1 + (2 * q) ** 2), 100, random)
        fit = fit_four_point_rings(rings)
        pulls.append(pulls_of(fit, planted))
        without = fit_four_point_structure_factor(rings.q, rings.s4, modes=rings.all_modes)
        ratios.append(fit.errors["xi"] / without.errors["xi"])
        chi2.append([fit.chi2 / (fit.rings - 3), without.chi2 / (fit.rings - 3)])
    np.testing.assert_allclose(np.std(pulls, axis=0), 1, atol=0.25)
    assert np.abs(np.mean(pulls, axis=0)).max() < 0.45
    # Without the noise most are refused, for their chi^2 is too large.
    assert np.nanmean(ratios) > 1.5
    assert np.isnan(ratios).sum() > 5
    np.testing.assert_allclose(np.mean(chi2, axis=0)[0], 1, atol=0.1)
    assert np.mean(chi2, axis=0)[1] > 2


def test_a_field_on_particles_has_the_planted_structure_factor():
    """On a lattice the waves of the field are those of the particles, each by itself: drawn, summed, fitted."""
    side, planted, random = 96, (10, 2.5, 0.2), np.random.default_rng(3)
    edge, n = 1.5 * side, np.fft.fftfreq(side, 1 / side)
    spectrum = law(2 * np.pi / edge * np.hypot(*np.meshgrid(n, n, indexing="ij")), *planted)
    corners = edge / side * np.stack(np.meshgrid(*[np.arange(side)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)
    positions, values, drawn = [], [], []
    lengths, (vectors, _) = half_space((edge, edge), 1.0)[1], half_space((edge, edge), 1.0)
    for _ in range(40):
        waves = np.fft.fft2(random.normal(size=(side, side))) * np.sqrt(spectrum)
        field = np.fft.ifft2(waves)
        assert np.abs(field.imag).max() < 1e-12
        order = random.permutation(side**2)
        places = corners + edge * random.integers(-2, 3, corners.shape) + random.random(2)
        positions.append(places[order])
        values.append(0.6 + field.real.ravel()[order])
        drawn.append(np.abs(waves[tuple(vectors.T)]) ** 2 / side**2)
    rings = four_point_rings(positions, values, edge, 1.0, width=0, mean=0.6)
    averages = np.array([np.mean(np.array(drawn)[:, np.isclose(lengths, q)]) for q in rings.q])
    np.testing.assert_allclose(rings.s4, averages, rtol=1e-8)
    fit = fit_four_point_rings(rings, (0.05, 1.0))
    assert np.abs(pulls_of(fit, planted)).max() < 2.5
    assert fit.errors["xi"] < 0.1 * fit.xi
    np.testing.assert_allclose(fit(rings.q), law(rings.q, fit.chi, fit.xi, fit.A))


def test_exact_data_give_exact_parameters():
    q = np.linspace(0.15, 0.7, 23)
    fit = fit_four_point_structure_factor(q, law(q, 12.0, 4.0, -0.05))
    assert (fit.chi, fit.xi, fit.A) == pytest.approx((12.0, 4.0, -0.05), rel=1e-5)
    assert fit.rings == ((q >= 0.2) & (q <= 0.6)).sum()
    wild = np.where(q > 0.6, 1e3, law(q, 12.0, 4.0, 0))
    simple = fit_four_point_structure_factor(q, wild, cubic=False)
    assert (simple.chi, simple.xi, simple.A) == pytest.approx((12.0, 4.0, 0))
    assert np.isnan(simple.errors["A"])
    # Units of S_4 and of length follow.
    scaled = fit_four_point_structure_factor(q * 100, 1e-6 * law(q, 12.0, 4.0, 0.2), (20, 60))
    assert (scaled.chi, scaled.xi, scaled.A) == pytest.approx((12e-6, 0.04, 0.2), rel=1e-5)


def test_without_modes_the_scatter_gives_the_errors():
    q, random, pulls = np.linspace(0.2, 0.6, 60), np.random.default_rng(4), []
    for _ in range(100):
        s4 = law(q, 15, 5, 0.3) * (1 + 0.02 * random.normal(size=60))
        fit = fit_four_point_structure_factor(q, s4)
        pulls.append(pulls_of(fit, (15, 5, 0.3)))
    np.testing.assert_allclose(np.std(pulls, axis=0), 1, atol=0.2)
    few = fit_four_point_structure_factor(q, s4, modes=1e3)
    assert few.errors["xi"] == pytest.approx(fit.errors["xi"] / 0.02 / np.sqrt(1e3), rel=0.25)


def test_a_form_that_does_not_describe_the_data_gives_no_number():
    q, random = np.linspace(0.05, 1.0, 80), np.random.default_rng(6)
    # A plateau below all of it, as of the noise of single particles at large q.
    s4 = (law(q, 10, 4, 0.2) + 0.5) * (1 + 0.01 * random.normal(size=80))
    fit = fit_four_point_structure_factor(q, s4, (0.05, 1.0), modes=1e4)
    assert "does not describe the data" in fit.message
    assert np.isnan([fit.chi, fit.xi, fit.A]).all()
    good = fit_four_point_structure_factor(q, law(q, 10, 4, 0.2), (0.05, 1.0), modes=1e4)
    assert not good.message
    assert not good.barely
    assert fit_four_point_structure_factor(q, law(q, 10, 4, 0.2), (0.05, 1.0), modes=3).barely


def test_the_bootstrap_sees_what_gaussian_errors_cannot():
    lengths, owner, q, modes = shells(EDGE / 4)
    random, fields = np.random.default_rng(5), 400

    def rings(strengths):
        waves = law(lengths, 15, 3, 0.3) * strengths[:, None] * random.exponential(size=(fields, len(lengths)))
        sums = np.array([np.bincount(owner, row) for row in waves])
        return FourPointRings(q, modes, sums, np.zeros_like(sums), np.full(fields, 600))

    alike = fit_four_point_rings(rings(np.ones(fields)), (0.05, 0.6), resamples=300)
    for name in SYMBOLS:
        assert alike.bootstrap_errors[name] == pytest.approx(alike.errors[name], rel=0.25)
    # Some configurations are much more heterogeneous than others: chi is known less well.
    unlike = fit_four_point_rings(rings(random.exponential(size=fields)), (0.05, 0.6), resamples=300)
    assert unlike.bootstrap_errors["chi"] > 1.4 * unlike.errors["chi"]
    again = fit_four_point_rings(rings(np.ones(fields)), (0.05, 0.6))
    assert np.isnan(list(again.bootstrap_errors.values())).all()
    simple = fit_four_point_rings(rings(np.ones(fields)), (0.05, 0.4), cubic=False, resamples=50)
    assert np.isnan(simple.bootstrap_errors["A"])
    assert simple.bootstrap_errors["xi"] > 0


def assert_refused(fit, sentence):
    """No number at all, and the reason."""
    assert sentence in fit.message
    numbers = [fit.chi, fit.xi, fit.A, *fit.errors.values(), *fit.bootstrap_errors.values(), *fit.covariance.ravel()]
    assert np.isnan(numbers).all()
    assert np.isnan(fit(0.3))


@pytest.mark.parametrize(
    ("spectrum", "sentence", "slips"),
    [
        (lambda q: 0.1 + 0 * q, "no decay", 0.002),
        (lambda q: q**-2.0, "no plateau", 0.004),
        (lambda q: q**-3.0, "does not identify", 0.004),
        (lambda q: q**2, "xi^2 / chi is -", 0.002),
        (lambda q: 10 / (1 + (4 * q) ** 3), "xi^2 / chi is", 0.04),
    ],
    ids=["flat", "no plateau", "neither plateau nor quadratic term", "rising", "no quadratic term"],
)
def test_what_the_data_do_not_identify_gives_no_number(spectrum, sentence, slips):
    lengths, owner, q, modes = shells()
    random, given = np.random.default_rng(6), 0
    for _ in range(500):
        waves = spectrum(lengths) * random.gamma(100, 1 / 100, len(lengths))
        fit = fit_four_point_structure_factor(q, np.bincount(owner, waves) / modes, modes=100 * modes)
        if fit.message:
            assert_refused(fit, sentence)
        given += not fit.message
    assert given <= slips * 500


def test_few_small_boxes_identify_nothing_and_say_so():
    lengths, owner, q, modes = shells(EDGE / 8)
    random = np.random.default_rng(7)
    waves = law(lengths, 15, 5, 0.3) * random.gamma(12, 1 / 12, len(lengths))
    fit = fit_four_point_structure_factor(q, np.bincount(owner, waves) / modes, modes=12 * modes)
    assert_refused(fit, "The fit in 0.2 <= q <= 0.6 does not identify")
    rings = half_rings((15, 5, 0.3), lambda q: 1.0 + 0 * q, 2, random)
    assert_refused(fit_four_point_rings(rings, (0.2, 0.22), resamples=50), "needs 4 rings for 3 parameters, has 2")
    assert_refused(fit_four_point_rings(rings, (0.7, 0.8)), "has 0")
    assert_refused(fit_four_point_structure_factor(q, -1 + 0 * q, modes=modes), "does not converge to a positive S_4")
    assert_refused(fit_four_point_structure_factor(q, 0 * q), "does not converge")


def test_bad_requests_are_refused():
    q = np.linspace(0.2, 0.6, 10)
    s4 = law(q, 15, 5, 0.3)
    for change, sentence in (
        ({"s4": s4[:5]}, r"s4 has shape \(5,\), expected \(10,\) like q"),
        ({"q": q[None]}, r"q has shape \(1, 10\)"),
        ({"modes": np.ones(3)}, "modes has shape"),
        ({"modes": np.zeros(10)}, "modes at q = 0.2 is 0.0, expected a number above 0"),
        ({"noise": -1.0}, "noise at q = 0.2 is -1.0"),
        ({"s4": np.where(q > 0.5, np.nan, s4)}, "s4 at q = 0.5111 is nan"),
        ({"q_range": (0.6, 0.2)}, "q_range is"),
        ({"q_range": (0, 0.2)}, "q_range is"),
    ):
        with pytest.raises(InputError, match=sentence):
            fit_four_point_structure_factor(**{"q": q, "s4": s4, **change})
    lengths, owner, q, modes = shells()
    sums = np.bincount(owner, law(lengths, 3, 3, 0.05))[None]
    one = FourPointRings(q, modes, sums, 0 * sums, np.array([1]))
    assert_refused(fit_four_point_rings(one, resamples=20), "does not identify")
    with pytest.raises(InputError, match="20 resamples of 1 configurations, expected 2 or more of each"):
        fit_four_point_rings(FourPointRings(q, 100 * modes, 100 * sums, 0 * sums, np.array([1])), resamples=20)


def test_the_plain_calls_go_together():
    random = np.random.default_rng(8)
    positions = random.random((20_000, 2)) * EDGE / 2
    values = random.random(20_000)
    fit = fit_four_point_structure_factor(*four_point_structure_factor(positions, values, EDGE / 2, 0.6))
    assert_refused(fit, "does not identify")
