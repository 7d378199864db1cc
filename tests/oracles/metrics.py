"""scikit-learn's word on random outputs: two to six labels, unbalanced, some labels never true or never predicted. Averages are over the labels that occur, its default."""
import json
import os
import warnings

import numpy
from sklearn import metrics

from numbers_of_tunebook import whole


def make(golden):
    warnings.filterwarnings("ignore")
    cases = []
    for seed in range(12):
        labels = 2 if seed < 4 else 2 + seed % 5
        count = [1, 7, 60, 200][seed % 4]
        skew = whole(f"metrics/{seed}/skew", count, 3)
        true = [t if s else 0 for t, s in zip(whole(f"metrics/{seed}/true", count, labels), skew)]
        guess = whole(f"metrics/{seed}/guess", count, labels)
        right = whole(f"metrics/{seed}/right", count, 3)
        predicted = [t if r else min(g, labels - 1 - (seed % 3 == 1 and labels > 2)) for t, g, r in zip(true, guess, right)]
        case = {"seed": seed, "labels": labels, "true": true, "predicted": predicted}
        known = list(range(labels))
        case["accuracy"] = metrics.accuracy_score(true, predicted)
        case["confusion"] = metrics.confusion_matrix(true, predicted, labels=known).tolist()
        for name in ("f1", "precision", "recall"):
            score = getattr(metrics, f"{name}_score")
            for average in ("macro", "micro", "weighted"):
                case[f"{name}({average})"] = float(score(true, predicted, average=average, zero_division=0))
            case[f"{name}(each)"] = [float(x) for x in score(true, predicted, labels=known, average=None, zero_division=0)]
            if labels == 2:
                case[f"{name}(binary)"] = float(score(true, predicted, labels=known, pos_label=1, average="binary", zero_division=0))
        case["matthews_correlation"] = float(metrics.matthews_corrcoef(true, predicted))
        case["balanced_accuracy"] = float(metrics.balanced_accuracy_score(true, predicted))
        for weights in (None, "linear", "quadratic"):
            kappa = float(metrics.cohen_kappa_score(true, predicted, labels=known, weights=weights))
            case[f"cohen_kappa({weights or 'none'})"] = None if numpy.isnan(kappa) else kappa
        case.update(areas(seed, labels, true, predicted))
        cases.append(case)
    with open(os.path.join(golden, "metrics.json"), "w") as file:
        json.dump({"library": "scikit-learn", "zero_division": 0, "cases": cases}, file)


def areas(seed, labels, true, predicted):
    """Probabilities in quarters of a label, so that some stand level; areas under the ROC curve, where every label occurs."""
    count = len(true)
    drawn = numpy.array(whole(f"metrics/{seed}/said", count * labels, 6), dtype="float64").reshape(count, labels) + 1
    drawn[numpy.arange(count), predicted] += 3
    # Sums of eighths are whole, so that float32 holds them to the last digit.
    said = numpy.round(drawn / drawn.sum(axis=1, keepdims=True) * 256) / 256
    said[:, -1] = 1 - said[:, :-1].sum(axis=1)
    made = {"probabilities": said.flatten().tolist(), **likelihoods(labels, true, said)}
    if len(set(true)) < labels:
        return made
    if labels == 2:
        return {**made, "roc_auc": float(metrics.roc_auc_score(true, said[:, 1]))}
    for average in ("macro", "micro", "weighted"):
        made[f"roc_auc({average})"] = float(metrics.roc_auc_score(true, said, multi_class="ovr", average=average))
    return made


def likelihoods(labels, true, said):
    """What follows from how likely each label was said to be; what is said is the likeliest label, of equal ones the first."""
    known = list(range(labels))
    rows = numpy.eye(labels)[true]
    likeliest = said.argmax(axis=1)
    sure = said.max(axis=1)
    right = likeliest == numpy.array(true)
    error = 0.0
    for i in range(15):
        inside = (sure > i / 15) & (sure <= (i + 1) / 15)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    made = {
        "likeliest": likeliest.tolist(),
        "log_loss": float(metrics.log_loss(true, said, labels=known)),
        "brier_score": float(metrics.brier_score_loss(true, said[:, 1] if labels == 2 else said, labels=known)),
        "calibration_error": float(error),
    }
    if labels > 2:
        for k in range(1, labels):
            made[f"top_accuracy({k})"] = float(metrics.top_k_accuracy_score(true, said, k=k, labels=known))
    if labels == 2:
        made["average_precision"] = float(metrics.average_precision_score(true, said[:, 1]))
    else:
        for average in ("macro", "micro", "weighted", "samples"):
            made[f"average_precision({average})"] = float(metrics.average_precision_score(rows, said, average=average))
    return made
