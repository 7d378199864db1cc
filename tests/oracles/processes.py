"""scikit-learn's word on Gaussian processes: what they foretell, how likely values are, and the derivatives of that."""
import json
import os

import numpy
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from numbers_of_tunebook import uniform

CASES = [(1, 4, 0.5, 1e-2), (3, 12, 1.0, 1e-3), (6, 30, 2.5, 0.1), (10, 60, 0.8, 1e-4)]


def make(golden):
    with open(os.path.join(golden, "processes.json"), "w") as file:
        json.dump([case(*one) for one in CASES], file)
        file.write("\n")


def case(width, count, scale, noise):
    """Rows, values and questions: uniform("processes/<width>/rows | values | asked", …)."""
    drawn = lambda name, *shape: uniform(f"processes/{width}/{name}", shape, 1).astype(numpy.float64)
    rows, values, asked = drawn("rows", count, width), drawn("values", count), drawn("asked", 7, width)
    lengths = 0.3 + numpy.abs(drawn("lengths", width))
    kernel = ConstantKernel(scale) * Matern(lengths, nu=2.5) + WhiteKernel(noise)
    process = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(rows, values)
    mean, deviation = process.predict(asked, return_std=True)
    told, slope = process.log_marginal_likelihood(process.kernel_.theta, eval_gradient=True)
    return {
        "width": width, "count": count, "scale": scale, "noise": noise,
        "mean": mean.tolist(),
        # The noise of what is asked is counted in there.
        "variance": (deviation**2 - noise).tolist(),
        "likelihood": float(told),
        # By the logarithms of scale, length scales and noise.
        "slope": slope.tolist(),
    }
