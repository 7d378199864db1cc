"""scipy's word on intervals: Wilson's and the mid-P of shares, the percentile bootstrap of scores and of paired differences, by many resamples, and what single rows add to areas and average precision, with scikit-learn."""
import json
import os
import warnings

import numpy
from scipy import optimize, special, stats
from sklearn import metrics

from numbers_of_tunebook import uniform, whole

RESAMPLES = 5000


def make(golden):
    warnings.filterwarnings("ignore")
    shares = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (7, 9), (37, 40), (500, 1000), (999, 1000), (3, 100000)]
    betas = [(0.3, 2, 5), (0.9, 4.25, 0.75), (0.01, 0.5, 120.5), (0.5, 500, 501), (0.999, 99900, 101), (0.2, 7, 0.1)]
    with open(os.path.join(golden, "intervals.json"), "w") as file:
        json.dump({
            "wilson": [{"hits": hits, "of": of, **ends(stats.binomtest(hits, of).proportion_ci(0.95, method="wilson"))} for hits, of in shares],
            "mid_p": [{"hits": hits, "of": of, **mid_p(hits, of)} for hits, of in shares],
            "beta": [{"x": x, "a": a, "b": b, "below": float(special.betainc(a, b, x))} for x, a, b in betas],
            "rankings": [ranking(seed) for seed in range(3)],
            "labels": [labels(seed) for seed in range(3)],
            "numbers": [numbers(seed) for seed in range(3)],
        }, file)


def mid_p(hits, of):
    """Where half of the probability of the count and all beyond it come to 2.5 %."""
    above = lambda share: stats.binom.sf(hits, of, share) + stats.binom.pmf(hits, of, share) / 2
    find = lambda tail: optimize.brentq(lambda share: above(share) - tail, 0, 1, xtol=1e-13)
    return {"low": 0.0 if hits == 0 else find(0.025), "high": 1.0 if hits == of else find(0.975)}


def ranking(seed):
    """Rows that are ranked, some level: the placement of each (a U statistic of it alone), and how scores change with its weight."""
    count = [12, 40, 90][seed]
    truth = numpy.array(whole(f"intervals/ranking/{seed}/truth", count, 5)) == 0
    truth[:2] = [True, False]
    said = (numpy.array(whole(f"intervals/ranking/{seed}/said", count, 20)) + 6 * truth) / 32
    u = lambda one, others: stats.mannwhitneyu([one], others).statistic / len(others)
    placements = [u(score, said[~truth]) if own else 1 - u(score, said[truth]) for own, score in zip(truth, said)]
    weighing = lambda row, weight: metrics.average_precision_score(truth, said, sample_weight=numpy.where(numpy.arange(count) == row, weight, 1))
    step = 1e-4
    return {
        "truth": truth.astype(int).tolist(), "said": said.tolist(), "roc_auc": float(metrics.roc_auc_score(truth, said)),
        "placements": [float(one) for one in placements], "average_precision": float(metrics.average_precision_score(truth, said)),
        "influences": [float((weighing(row, 1 + step) - weighing(row, 1 - step)) / (2 * step)) for row in range(count)],
    }


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
