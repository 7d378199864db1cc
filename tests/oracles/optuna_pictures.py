"""Optuna's word on what pictures of sweeps are drawn of: best so far, distribution, front, points of contours, importances.
python optuna_pictures.py GOLDEN_FOLDER, in the environment of tools/requirements-optuna.txt."""
import json
import math
import os
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import TrialState, create_trial
from optuna.visualization._contour import _get_contour_info
from optuna.visualization._edf import _get_edf_info
from optuna.visualization._optimization_history import _get_optimization_history_info_list

from numbers_of_tunebook import uniform

SPACES = {
    "rate": ("log", 1e-5, 1e-2),
    "decay": ("linear", 0.0, 0.1),
    "epochs": ("integer", 1, 6),
    "width": ("integer log", 1, 300),
    "warmup": ("step", 0.0, 0.3, 0.05),
    "batch": ("step integer", 8, 64, 8),
    "technique": ("choice", 3),
    "technique/0.rank": ("choice", 4, ("technique", 0)),
    "technique/1.share": ("linear", 0.1, 0.9, ("technique", 1)),
}


def make(golden):
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    cases = [case(f"pictures/{n}/{direction}", n, direction) for n in (2, 5, 12, 40, 200) for direction in ("minimize", "maximize")]
    with open(os.path.join(golden, "optuna_pictures.json"), "w") as file:
        json.dump({"cases": cases, "fronts": [front(f"fronts/{n}", n) for n in (1, 4, 60)]}, file)


def distribution(kind, *more):
    if kind == "choice":
        return CategoricalDistribution(list(range(more[0])))
    low, high = more[0], more[1]
    if kind.startswith("integer"):
        return IntDistribution(low, high, log="log" in kind)
    if kind == "step integer":
        return IntDistribution(low, high, step=more[2])
    if kind == "step":
        return FloatDistribution(low, high, step=more[2])
    return FloatDistribution(low, high, log=kind == "log")


def value(distribution, share):
    if isinstance(distribution, CategoricalDistribution):
        return min(len(distribution.choices) - 1, int(share * len(distribution.choices)))
    low, high = distribution.low, distribution.high
    if distribution.log:
        drawn = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    elif distribution.step is not None:
        drawn = low + distribution.step * min(round((high - low) / distribution.step), int(share * (round((high - low) / distribution.step) + 1)))
    else:
        drawn = low + share * (high - low)
    drawn = min(high, max(low, drawn))
    return int(round(drawn)) if isinstance(distribution, IntDistribution) else float(drawn)


def drawn(seed, count):
    """Points, and a score that the rate decides most of."""
    shares = uniform(seed, (count, len(SPACES) + 2), 0.5).astype("float64") + 0.5
    points, scores = [], []
    for row in shares:
        point = {}
        for share, (name, space) in zip(row, SPACES.items()):
            when = space[-1] if isinstance(space[-1], tuple) else None
            if when is None or point.get(when[0]) == when[1]:
                point[name] = value(distribution(*space), float(share))
        rate = math.log10(point["rate"])
        points.append(point)
        scores.append(float(0.2 + 0.1 * (rate + 3.2) ** 2 + 0.03 * point["technique"] + 0.004 * point["epochs"] + 0.05 * row[-1]))
    return points, scores, shares


def trials(points, values):
    return [
        create_trial(state=TrialState.COMPLETE, params=p, distributions={k: distribution(*SPACES[k]) for k in p}, values=v)
        for p, v in zip(points, values)
    ]


def case(seed, count, direction):
    points, scores, _ = drawn(seed, count)
    if direction == "maximize":
        scores = [1 - s for s in scores]
    study = optuna.create_study(direction=direction)
    study.add_trials(trials(points, [[s] for s in scores]))
    history = _get_optimization_history_info_list(study, None, "score", False)[0]
    edf = _get_edf_info(study)
    x, y = "rate", "decay"
    contour = _get_contour_info(study, [x, y])
    [[panel]] = contour.sub_plot_infos
    best = {}
    for quantile in (0.1, 0.25, 0.5):
        found = optuna.importance.get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=quantile))
        best[str(quantile)] = {k: float(v) for k, v in found.items()}
    return {
        "direction": direction, "points": points, "scores": scores,
        "bestSoFar": [float(v) for v in history.best_values_info.values],
        "distribution": {"x": [float(v) for v in edf.x_values], "y": [float(v) for v in edf.lines[0].y_values]},
        "contour": [[float(a), float(b)] for a, b in zip(contour_values(panel, x, y, "x"), contour_values(panel, x, y, "y"))],
        "importances": best,
    }


def contour_values(panel, x, y, side):
    axis = panel.xaxis if (panel.xaxis.name == x) == (side == "x") else panel.yaxis
    return axis.values


def front(seed, count):
    points, scores, shares = drawn(seed, count)
    # Rounded, so that some are equal in a goal.
    values = [[round(s, 2), round(float(row[-2]), 1)] for s, row in zip(scores, shares)]
    study = optuna.create_study(directions=["minimize", "maximize"])
    study.add_trials(trials(points, values))
    return {"values": values, "front": [t.number for t in study.best_trials]}


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    make(sys.argv[1])
