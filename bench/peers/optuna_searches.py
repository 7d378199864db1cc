"""Optuna's samplers on the problems that stdin lists, as JSON lines: {"problem", "sampler", "seed", "trials": [{"point", "values"}], "seconds"}.

The functions are those of bench/searches/problems.ts. Samplers: tpe (multivariate, by groups, constant liar), tpe as it stands, random, sobol, gp.
"""
import json
import math
import sys
import time
import warnings

import numpy
import optuna
from optuna.samplers import GPSampler, QMCSampler, RandomSampler, TPESampler

HEIGHTS = [1, 1.2, 3, 3.2]
SLOPES = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
PEAKS = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def numbers(p):
    return [p[f"x{i}"] for i in range(len(p))]


def branin(p):
    x, y = numbers(p)
    return [(y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10]


def hartmann(p):
    x = numbers(p)
    return [-sum(h * math.exp(-sum(s * (xi - q) ** 2 for xi, s, q in zip(x, slopes, peaks))) for h, slopes, peaks in zip(HEIGHTS, SLOPES, PEAKS))]


def rosenbrock(p):
    x = numbers(p)
    return [sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))]


def ackley(p):
    x = numbers(p)
    far = math.sqrt(sum(v**2 for v in x) / len(x))
    return [-20 * math.exp(-0.2 * far) - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / len(x)) + 20 + math.e]


def mixed(p):
    branch = [lambda: 1, lambda: 0.3 + 10 * (p["decay"] - 0.1) ** 2, lambda: 20 * (p["dropout"] - 0.2) ** 2, lambda: 0.6][p["kind"]]()
    return [(math.log10(p["rate"]) + 3.3) ** 2 + 0.2 * (math.log2(p["rank"]) - 4) ** 2 + ((p["batch"] - 40) / 64) ** 2 + branch]


def zdt1(p):
    first, *others = numbers(p)
    g = 1 + 9 / len(others) * sum(others)
    return [first, g * (1 - math.sqrt(first / g))]


FUNCTIONS = {"branin": branin, "hartmann6": hartmann, "rosenbrock4": rosenbrock, "ackley5": ackley, "mixed": mixed, "noisy branin": branin, "zdt1": zdt1}


def sampler(name, seed, dimensions):
    if name == "tpe":
        return TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)
    if name == "tpe as it stands":
        return TPESampler(seed=seed, group=any("when" in d for d in dimensions))
    if name == "sobol":
        return QMCSampler(seed=seed, scramble=True)
    return {"random": RandomSampler, "gp": GPSampler}[name](seed=seed)


def suggested(trial, dimensions):
    point = {}
    for d in dimensions:
        if "when" in d and point.get(d["when"]["dimension"]) != d["when"]["option"]:
            continue
        if d["kind"] == "choice":
            point[d["name"]] = trial.suggest_categorical(d["name"], list(range(d["size"])))
        else:
            suggest = trial.suggest_int if d["integer"] else trial.suggest_float
            step = {"step": d["step"]} if "step" in d else {}
            point[d["name"]] = suggest(d["name"], d["from"], d["to"], log=d["scale"] == "log", **step)
    return point


def main(wanted):
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for problem in wanted["problems"]:
        for name in wanted["samplers"]:
            for seed in range(1, wanted["seeds"] + 1):
                print(json.dumps(one(problem, name, seed, wanted["trials"])), flush=True)


def one(problem, name, seed, count):
    chance = numpy.random.RandomState(seed)
    study = optuna.create_study(directions=["minimize"] * problem["objectives"], sampler=sampler(name, seed, problem["dimensions"]))
    trials, seconds = [], 0.0
    for _ in range(count):
        began = time.perf_counter()
        trial = study.ask()
        point = suggested(trial, problem["dimensions"])
        seconds += time.perf_counter() - began
        values = [value + problem["noise"] * chance.normal() for value in FUNCTIONS[problem["name"]](point)]
        study.tell(trial, values)
        trials.append({"point": point, "values": values})
    return {"problem": problem["name"], "sampler": name, "seed": seed, "trials": trials, "seconds": seconds}


if __name__ == "__main__":
    main(json.load(sys.stdin))
