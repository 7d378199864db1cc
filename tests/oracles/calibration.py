"""Temperatures by scikit-learn's temperature scaling, and the best score over all thresholds by scikit-learn's metrics."""
import json
import os

import numpy
from scipy.special import expit, softmax
from sklearn.calibration import _TemperatureScaling
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, log_loss

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
    temperature, loss = scaled(*((pooled(logits), truth.ravel()) if several else (logits, truth)))
    return {
        **{"several": several, "labels": labels, "scale": scale, "rows": rows, "truth": truth.tolist()},
        "temperature": temperature,
        "loss": loss,
        "best": best(logits, truth, several, labels),
    }


def pooled(logits):
    """Each label of each row as a binary decision, logits of no and yes: one temperature is fitted for all labels."""
    return numpy.stack([numpy.zeros(logits.size), logits.ravel()], axis=1)


def scaled(logits, truth):
    temperature = 1 / float(_TemperatureScaling().fit(logits, truth).beta_)
    return temperature, float(log_loss(truth, softmax(logits / temperature, axis=1), labels=range(logits.shape[1])))


def best(logits, truth, several, labels):
    """Of each label that has a threshold: the greatest score over all places between two shares."""
    if not several and labels != 2:
        return None
    if several:
        shares, yes = expit(logits), truth
    else:
        shares, yes = softmax(logits, axis=1), numpy.stack([truth == 0, truth == 1], 1).astype(int)
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
