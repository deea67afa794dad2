"""Ridge regression against closed forms."""

import numpy as np
import pytest

from glassviz.learning import regression


def random_problem(number=200, inputs=6, targets=3, noise=0.1, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(2, 3, (number, inputs)) @ rng.normal(size=(inputs, inputs))
    y = x @ rng.normal(size=(inputs, targets)) + noise * rng.normal(size=(number, targets)) + 4
    return x, y


@pytest.mark.parametrize("alpha", [0.0, 1e-3, 1.0, 50.0])
def test_weights_solve_the_normal_equations(alpha):
    x, y = random_problem()
    found = regression.solve(x, y, [7.0, alpha])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    left = z.T @ z / len(x) + alpha * np.eye(x.shape[1])
    expected = np.linalg.solve(left, z.T @ (y - y.mean(axis=0)) / len(x))
    np.testing.assert_allclose(found.weights[1].T, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.intercept, y.mean(axis=0))
    residual = ((y - y.mean(axis=0) - z @ expected) ** 2).sum(axis=0)
    np.testing.assert_allclose(found.squared_error(x, y)[1], residual, rtol=1e-9)


def test_limits_of_the_penalty():
    x, y = random_problem(noise=0)
    weak, strong = regression.solve(x, y, [0.0, 1e12]).squared_error(x, y)
    assert (weak < 1e-18 * strong).all()
    np.testing.assert_allclose(strong, ((y - y.mean(axis=0)) ** 2).sum(axis=0), rtol=1e-10)
    # alpha -> infinity: w -> <z (y - <y>)> / alpha.
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    steep = regression.solve(x, y, [1e12]).weights[0].T * 1e12
    np.testing.assert_allclose(steep, z.T @ (y - y.mean(axis=0)) / len(x), rtol=1e-9)


def test_constant_and_repeated_inputs():
    x, y = random_problem()
    padded = np.column_stack([x, x[:, 0], np.full(len(x), 0.1), np.zeros(len(x))])
    for alpha in (0.0, 1e-8):
        found = regression.solve(padded, y, [alpha])
        assert (found.weights[0][:, -2:] == 0).all()
        assert (found.scale[-2:] == 1).all()
        np.testing.assert_allclose(found.weights[0][:, 0], found.weights[0][:, 6], rtol=1e-6)
        np.testing.assert_allclose(found.squared_error(padded, y), regression.solve(x, y, [0]).squared_error(x, y))
    nothing = regression.solve(np.ones((5, 2)), np.arange(5.0)[:, None], [0.0, 1.0])
    assert (nothing.weights == 0).all()


def test_penalty_minimises_the_validation_error_for_each_target():
    rng = np.random.default_rng(3)
    x, y = random_problem(12, 8, 4, noise=1.0, seed=4)
    y[:, 0] = rng.normal(size=12)
    other = random_problem(300, 8, 4, noise=1.0, seed=5)
    alphas = [10.0, 1.0, 0.1, 1e-3]
    *_, chosen = regression.fit([(x, y)], [other], alphas)
    errors = regression.solve(x, y, alphas).squared_error(*other)
    np.testing.assert_array_equal(chosen, np.array(alphas)[errors.argmin(axis=0)])


def test_leave_one_out_sums_the_errors_of_fits_to_the_others():
    sets = [random_problem(15, 6, 2, noise=3.0, seed=s) for s in range(4)]
    alphas = [100.0, 1.0, 1e-2, 0.0]
    mean, scale, weights, intercept, chosen = regression.fit(sets, [], alphas)
    total = np.zeros((4, 2))
    for k in range(4):
        rest = [s for i, s in enumerate(sets) if i != k]
        total += regression.solve(*(np.concatenate(a) for a in zip(*rest, strict=True)), alphas).squared_error(*sets[k])
    np.testing.assert_array_equal(chosen, np.array(alphas)[total.argmin(axis=0)])
    x, y = (np.concatenate(a) for a in zip(*sets, strict=True))
    whole = regression.solve(x, y, [chosen[1]])
    np.testing.assert_allclose(weights[1], whole.weights[0][1])
    np.testing.assert_allclose(mean, x.mean(axis=0))
    np.testing.assert_allclose(scale, x.std(axis=0))
    np.testing.assert_allclose(intercept, y.mean(axis=0))
