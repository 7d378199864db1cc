"""Temperatures as SciPy finds them, and the best scores of thresholds as scikit-learn tells them one by one."""
import json
import os

import numpy
from scipy.optimize import minimize_scalar
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from numbers_of_tunebook import uniform


def make(golden):
    with open(os.path.join(golden, "calibration.json"), "w") as file:
        json.dump([case(seed) for seed in range(12)], file)
        file.write("\n")


def case(seed):
    rows, labels, several = [40, 150, 400][seed % 3], 2 + seed % 4, seed >= 6
    scale = [0.5, 3, 9][(seed // 2) % 3]
    logits = uniform(f"calibration/{seed}/logits", (rows, labels), scale).astype(numpy.float64)
    if several:
        fate = uniform(f"calibration/{seed}/fate", (rows, labels), 4)
        truth = (logits / scale + fate / 4 > 0.2).astype(int)
    else:
        noise = uniform(f"calibration/{seed}/noise", (rows, labels), scale)
        truth = (logits + noise).argmax(1)
    found = minimize_scalar(lambda t: loss(logits / numpy.exp(t), truth, several), bounds=(-5, 5), method="bounded", options={"xatol": 1e-10})
    return {
        **{"several": several, "labels": labels, "scale": scale, "rows": rows, "truth": truth.tolist()},
        "temperature": float(numpy.exp(found.x)),
        "loss": float(found.fun),
        "best": best(logits, truth, several, labels),
    }


def loss(logits, truth, several):
    if several:
        return float(numpy.mean(numpy.logaddexp(0, logits) - logits * truth))
    return float(numpy.mean(numpy.logaddexp.reduce(logits, axis=1) - logits[numpy.arange(len(truth)), truth]))


def best(logits, truth, several, labels):
    """Of each label that has a threshold: the greatest score over all places between two shares."""
    if not several and labels != 2:
        return None
    if several:
        shares, yes = 1 / (1 + numpy.exp(-logits)), truth
    else:
        odds = numpy.exp(logits - logits.max(1, keepdims=True))
        shares, yes = odds / odds.sum(1, keepdims=True), numpy.stack([truth == 0, truth == 1], 1).astype(int)
    told = range(labels) if several else [1]
    return [
        {
            "label": label,
            "f1": most(lambda t, p: f1_score(t, p, zero_division=0), yes[:, label], shares[:, label]),
            "accuracy": most(accuracy_score, yes[:, label], shares[:, label]),
            "balanced_accuracy": most(balanced_accuracy_score, yes[:, label], shares[:, label]),
        }
        for label in told
    ]


def most(score, yes, shares):
    levels = numpy.concatenate([[0], numpy.unique(shares), [1]])
    return max(float(score(yes, shares >= place)) for place in (levels[1:] + levels[:-1]) / 2)
