"""scipy's word on intervals: Wilson's of shares, and the percentile bootstrap of scores and of paired differences, by many resamples."""
import json
import os
import warnings

import numpy
from scipy import stats
from sklearn import metrics

from numbers_of_tunebook import uniform, whole

RESAMPLES = 5000


def make(golden):
    warnings.filterwarnings("ignore")
    shares = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (7, 9), (37, 40), (500, 1000), (999, 1000), (3, 100000)]
    with open(os.path.join(golden, "intervals.json"), "w") as file:
        json.dump({
            "wilson": [{"hits": hits, "of": of, **ends(stats.binomtest(hits, of).proportion_ci(0.95, method="wilson"))} for hits, of in shares],
            "labels": [labels(seed) for seed in range(3)],
            "numbers": [numbers(seed) for seed in range(3)],
        }, file)


def labels(seed):
    """Two models on the same rows: the second is right a little more often."""
    count, kinds = [60, 200, 400][seed], 2 + seed % 3
    true = numpy.array(whole(f"intervals/{seed}/true", count, kinds))
    models = []
    for model, out_of in enumerate((4, 6)):
        guess = numpy.array(whole(f"intervals/{seed}/{model}/guess", count, kinds))
        models.append(numpy.where(numpy.array(whole(f"intervals/{seed}/{model}/right", count, out_of)) > 0, true, guess))
    f1 = lambda t, p: metrics.f1_score(t, p, average="macro", zero_division=0)
    accuracy = lambda t, p: numpy.mean(t == p)
    case = {"true": true.tolist(), "predicted": [m.tolist() for m in models], "labels": kinds}
    for name, score in {"f1(macro)": f1, "accuracy": accuracy}.items():
        case[name] = [by_bootstrap((true, model), score) for model in models]
        case[f"difference of {name}"] = by_bootstrap((true, *models), lambda t, a, b, score=score: score(t, b) - score(t, a))
    return case


def numbers(seed):
    count = [40, 150, 300][seed]
    truth = uniform(f"intervals/numbers/{seed}/truth", (count,), 5).astype("float64")
    models = [truth * 0.7 + uniform(f"intervals/numbers/{seed}/{model}", (count,), off).astype("float64") for model, off in enumerate((3, 2))]
    case = {"truth": truth.tolist(), "predicted": [m.tolist() for m in models]}
    scores = {
        "mean_absolute_error": lambda t, p: numpy.abs(t - p).mean(),
        "root_mean_squared_error": lambda t, p: numpy.sqrt(((t - p) ** 2).mean()),
        "spearman": lambda t, p: stats.spearmanr(t, p).statistic,
    }
    for name, score in scores.items():
        case[name] = [by_bootstrap((truth, model), score) for model in models]
        case[f"difference of {name}"] = by_bootstrap((truth, *models), lambda t, a, b, score=score: score(t, b) - score(t, a))
    return case


def by_bootstrap(data, score):
    found = stats.bootstrap(data, score, paired=True, vectorized=False, n_resamples=RESAMPLES, method="percentile",
        rng=numpy.random.default_rng(0))
    return {**ends(found.confidence_interval), "deviation": float(found.standard_error)}


def ends(interval):
    return {"low": float(interval.low), "high": float(interval.high)}
