"""What fairlearn 0.13 says of rates of a label and of their differences between parts, on rows that are drawn by name: python rates.py GOLDEN_FOLDER."""
import json
import os
import sys

import fairlearn
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, selection_rate

from numbers_of_tunebook import whole

RATES = {
    "selection_rate": selection_rate,
    "false_positive_rate": false_positive_rate,
    "false_negative_rate": false_negative_rate,
}


def case(seed):
    rows, labels, parts = 60 + 40 * seed, 2 + seed % 3, 2 + seed % 3
    true = whole(f"rates/{seed}/true", rows, labels)
    predicted = whole(f"rates/{seed}/predicted", rows, labels)
    part = whole(f"rates/{seed}/part", rows, parts)
    made = {"labels": labels, "true": true, "predicted": predicted, "part": part, "rates": []}
    for positive in range(labels):
        of = [[int(one == positive) for one in side] for side in (true, predicted)]
        frame = MetricFrame(metrics=RATES, y_true=of[0], y_pred=of[1], sensitive_features=part)
        for name in RATES:
            made["rates"].append(
                {
                    "name": name,
                    "positive": positive,
                    "overall": float(frame.overall[name]),
                    "parts": [float(frame.by_group[name][one]) for one in range(parts)],
                    "difference": float(frame.difference()[name]),
                }
            )
    return made


if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "rates.json"), "w") as file:
        json.dump({"library": f"fairlearn {fairlearn.__version__}", "cases": [case(seed) for seed in range(4)]}, file)
