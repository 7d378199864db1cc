"""scikit-learn's ROC, precision-recall and calibration curves, and the areas under them."""
import json
import os

import numpy
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from numbers_of_tunebook import uniform, whole

# Rows, how many steps scores have (0: any), how far truth shows in them.
CASES = [(2, 0, 1.0), (7, 0, 0.5), (40, 5, 0.5), (200, 0, 0.8), (200, 3, 0.2), (1000, 50, 0.6), (1000, 0, 0.0), (6, 1, 0.0)]
BINS = [10, 15]


def make(golden):
    with open(os.path.join(golden, "curves.json"), "w") as file:
        json.dump([case(seed, *shape) for seed, shape in enumerate(CASES)], file)
        file.write("\n")


def case(seed, rows, steps, shows):
    truth = whole(f"curves/{seed}/truth", rows, 2)
    truth[0], truth[1] = 0, 1
    noise = uniform(f"curves/{seed}/said", (rows,), 0.5).astype(numpy.float64) + 0.5
    said = shows * numpy.array(truth) * 0.5 + (1 - shows * 0.5) * noise
    if steps:
        said = numpy.round(said * steps) / steps
    false_rate, true_rate, _ = roc_curve(truth, said, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(truth, said)
    bins = []
    for count in BINS:
        came, told = calibration_curve(truth, said, n_bins=count)
        bins.append({"bins": count, "true": came.tolist(), "said": told.tolist()})
    return {
        "truth": truth,
        "said": said.tolist(),
        "roc": {"x": false_rate.tolist(), "y": true_rate.tolist()},
        "area": roc_auc_score(truth, said),
        # Beginning with the surest; the last of scikit-learn's points is that of nothing found.
        "precision": {"x": recall[:-1][::-1].tolist(), "y": precision[:-1][::-1].tolist()},
        "average_precision": average_precision_score(truth, said),
        "calibration": bins,
    }
