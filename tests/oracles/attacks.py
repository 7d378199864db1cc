"""scikit-learn's curves of rows that are told from others, for tests of attacks: `python attacks.py DIRECTORY`."""
import json
import os
import sys

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

rng = np.random.default_rng(7)


def case(members, others, alarms):
    truth = np.r_[np.ones(len(members)), np.zeros(len(others))]
    scores = np.r_[members, others]
    fpr, tpr, _ = roc_curve(truth, scores, drop_intermediate=False)
    return {
        "members": [float(x) for x in members],
        "others": [float(x) for x in others],
        "alarms": alarms,
        "fpr": [float(x) for x in fpr],
        "tpr": [float(x) for x in tpr],
        "area": float(roc_auc_score(truth, scores)),
        "advantage": float(np.max(tpr - fpr)),
        "caught": float(tpr[np.where(fpr <= alarms)[0][-1]]),
    }


def main(golden):
    cases = [
        case(rng.normal(0.8, 1, 60), rng.normal(0, 1, 45), 0.1),
        case(rng.normal(0, 1, 40), rng.normal(0, 1, 120), 0.01),
        # Scores that many share.
        case(rng.integers(0, 5, 80).astype(float), rng.integers(0, 4, 70).astype(float), 0.05),
        case(np.zeros(20), np.zeros(30), 0.01),
        case(np.arange(20) + 100.0, np.arange(25) * 1.0, 0.01),
    ]
    with open(os.path.join(golden, "attacks.json"), "w") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
