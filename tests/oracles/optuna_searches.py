"""Optuna's Parzen estimator, ranks, volumes and splits of trials, and SciPy's Sobol sequence (sweeps.py runs it)."""
import json
import math
import os
import warnings

import numpy
import optuna
from optuna._hypervolume import _solve_hssp, compute_hypervolume
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _get_reference_point, _split_trials, default_gamma, default_gamma_multiobjective, default_weights
from optuna.study._multi_objective import _fast_non_domination_rank
from optuna.trial import TrialState
from scipy.stats import qmc


def number(name, low, high, log=False, step=None, integer=False):
    return {"name": name, "kind": "number", "scale": "log" if log else "linear", "from": low, "to": high, "integer": integer, **({"step": step} if step else {})}


def choice(name, size):
    return {"name": name, "kind": "choice", "size": size}


SPACES = [
    [number("x", -5, 10)],
    [number("rate", 1e-5, 1e-1, log=True)],
    [number("rank", 1, 64, integer=True)],
    [number("layers", 2, 4000, log=True, integer=True)],
    [number("width", 8, 70, step=8, integer=True), number("drop", 0.0, 0.5, step=0.05)],
    [choice("kind", 4)],
    [number("rate", 1e-5, 1e-1, log=True), number("decay", 0, 0.3), number("rank", 1, 100000, integer=True), choice("kind", 3)],
]


def make(golden):
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    chance = numpy.random.RandomState(0)
    found = {
        "parzen": [parzen(space, count, chance) for space in SPACES for count in (0, 1, 2, 12, 26, 60)],
        "fronts": [fronts(chance, count, losses) for losses in (2, 3, 4) for count in (1, 7, 40)],
        "splits": [split(chance, objectives, count) for objectives in (1, 2, 3) for count in (3, 14, 45)],
        "good": [[n, default_gamma(n), default_gamma_multiobjective(n)] for n in (0, 1, 10, 11, 99, 250, 251, 400)],
        "sobol": (qmc.Sobol(64, scramble=False, bits=32).random(64) * 2**32).astype("int64").tolist(),
    }
    with open(os.path.join(golden, "searches.json"), "w") as file:
        json.dump(found, file)
        file.write("\n")


def distribution(d):
    if d["kind"] == "choice":
        return CategoricalDistribution(list(range(d["size"])))
    if d["integer"]:
        return IntDistribution(d["from"], d["to"], log=d["scale"] == "log", step=d.get("step", 1))
    return FloatDistribution(d["from"], d["to"], log=d["scale"] == "log", step=d.get("step"))


def drawn(d, chance, count):
    if d["kind"] == "choice":
        return chance.randint(0, d["size"], count).astype(float)
    step = d.get("step") or (1 if d["integer"] else None)
    if step:
        # Equal values have kernels of different widths, by an order among them that sorting leaves open: none are equal but of few.
        places = int(math.floor((d["to"] - d["from"]) / step + 1e-9)) + 1
        values = d["from"] + chance.choice(places, count, replace=count > places) * step
        return numpy.round(values, 10).astype(float)
    if d["scale"] == "log":
        return numpy.exp(chance.uniform(math.log(d["from"]), math.log(d["to"]), count))
    return chance.uniform(d["from"], d["to"], count)


def parzen(space, count, chance):
    steps = [d for d in space if d.get("step") or d["kind"] == "number" and d["integer"]]
    fewest = min([int((d["to"] - d["from"]) / d.get("step", 1)) for d in steps], default=1000)
    count = min(count, fewest)
    observed = {d["name"]: drawn(d, chance, count) for d in space}
    alike = count == 26
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    made = _ParzenEstimator(observed, {d["name"]: distribution(d) for d in space}, parameters, numpy.ones(count) if alike else None)
    asked = {d["name"]: drawn(d, chance, 12) for d in space}
    mixture = made._mixture_distribution
    return {
        "dimensions": space,
        "observed": numpy.array([observed[d["name"]] for d in space]).T.tolist(),
        "alike": alike,
        "asked": numpy.array([asked[d["name"]] for d in space]).T.tolist(),
        "weights": mixture.weights.tolist(),
        "widths": [None if d["kind"] == "choice" else one.sigma.tolist() for d, one in zip(space, mixture.distributions)],
        "densities": made.log_pdf(asked).tolist(),
    }


def fronts(chance, count, losses):
    points = numpy.round(chance.uniform(-1, 2, (count, losses)), 1)  # Some are equal, in one loss or in all.
    reference = _get_reference_point(points)
    ranks = _fast_non_domination_rank(points)
    front = numpy.unique(points[ranks == 0], axis=0)
    wanted = max(1, len(front) // 2)
    return {
        "points": points.tolist(),
        "ranks": ranks.tolist(),
        "reference": reference.tolist(),
        "volume": compute_hypervolume(points, reference),
        "front": front.tolist(),
        "chosen": sorted(_solve_hssp(front, numpy.arange(len(front)), wanted, reference).tolist()),
    }


def split(chance, objectives, count):
    """Scores are to be high here: Optuna is asked for the least of what they are turned round."""
    study = optuna.create_study(directions=["minimize"] * objectives)
    # Optuna gives up no trial of several objectives.
    states = chance.choice(["done", "done", "done", "pruned" if objectives == 1 else "done", "running"], count)
    trials = []
    for number, state in enumerate(states, 1):
        scores = numpy.round(chance.normal(size=objectives), 3).tolist() if state == "done" else None
        reports = [] if chance.uniform() < 0.2 else [{"step": int(step), "score": round(chance.normal(), 3)} for step in sorted(chance.choice(9, 3, replace=False))]
        if state == "pruned" and reports and chance.uniform() < 0.2:
            reports[-1]["score"] = None
        violation = round(float(chance.uniform(0, 2)), 3) if state != "running" and chance.uniform() < 0.2 else 0
        trials.append({"number": number, "state": str(state), "scores": scores, "reports": reports, "violation": violation})
        study.add_trial(optuna.trial.create_trial(
            state={"done": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "running": TrialState.RUNNING}[str(state)],
            values=[-score for score in scores] if scores else None,
            intermediate_values={report["step"]: math.nan if report["score"] is None else -report["score"] for report in reports},
            constraints={"missed": violation},
        ))
    ended = sum(trial["state"] != "running" for trial in trials)
    wanted = (default_gamma if objectives == 1 else default_gamma_multiobjective)(ended) + count // 4
    good, others = _split_trials(study, study.get_trials(deepcopy=False), wanted)
    return {"objectives": objectives, "trials": trials, "wanted": wanted, "good": [t.number + 1 for t in good], "others": [t.number + 1 for t in others]}
