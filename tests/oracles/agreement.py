"""What scikit-learn and the package krippendorff say of how far annotators agree; and the example that Krippendorff printed."""
import json
import os
import warnings

import krippendorff
import numpy
from sklearn.metrics import cohen_kappa_score

from numbers_of_tunebook import whole

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units, nominal 0.743.
PRINTED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def make(golden):
    warnings.filterwarnings("ignore")
    cases = [case(seed) for seed in range(12)]
    cases.append({"said": PRINTED, "printed": 0.743})
    cases.append({"said": [[1, 1, 1], [1, 1, 1]]})
    cases.append({"said": [[1, 2, None], [None, None, 1]]})
    with open(os.path.join(golden, "agreement.json"), "w") as file:
        json.dump([{**one, **agreed(one["said"])} for one in cases], file)
        file.write("\n")


def case(seed):
    """Annotators who mostly say what is so; some rows nobody asked them about."""
    people, rows, labels = 2 + seed % 3, [10, 40, 150][seed % 3], 2 + seed % 4
    truth = whole(f"agreement/{seed}/truth", rows, labels)
    said = []
    for one in range(people):
        fate = whole(f"agreement/{seed}/{one}/fate", rows, 8)
        other = whole(f"agreement/{seed}/{one}/other", rows, labels)
        said.append([None if f == 0 and seed > 3 else o if f < 4 else t for f, o, t in zip(fate, other, truth)])
    return {"said": said}


def agreed(said):
    values = numpy.array([[numpy.nan if v is None else float(v) for v in one] for one in said])
    labels = sorted({v for one in said for v in one if v is not None})
    pairs = [(a, b) for a in range(len(said)) for b in range(a + 1, len(said))]
    return {
        "alpha": alpha(values),
        "kappas": [kappa(said[a], said[b]) for a, b in pairs],
        "against": {str(l): alpha(numpy.where(numpy.isnan(values), numpy.nan, values == l)) for l in labels},
    }


def alpha(values):
    """None where it is not defined: nothing is comparable, or all is the same."""
    comparable = values[:, (~numpy.isnan(values)).sum(axis=0) > 1]
    found = comparable[~numpy.isnan(comparable)]
    if len(set(found.tolist())) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=comparable, level_of_measurement="nominal"))


def kappa(a, b):
    both = [(x, y) for x, y in zip(a, b) if x is not None and y is not None]
    if not both:
        return None
    value = cohen_kappa_score([x for x, _ in both], [y for _, y in both])
    return None if numpy.isnan(value) else float(value)
