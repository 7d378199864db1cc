"""F1 of entities in tagged texts by seqeval: its lenient default (`bio`) and its strict mode of IOB2 (`iob2`)."""
import json
import math
import os
import warnings

from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from numbers_of_tunebook import whole

MODES = {"bio": {}, "iob2": {"mode": "strict", "scheme": IOB2}}


def make(golden):
    warnings.filterwarnings("ignore")
    with open(os.path.join(golden, "entities.json"), "w") as file:
        json.dump(tags(), file)
        file.write("\n")


def tags():
    cases = []
    names = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    for seed in range(12):
        texts = []
        for text in range([1, 4, 30][seed % 3]):
            count = 1 + whole(f"tags/{seed}/{text}/length", 1, 14)[0]
            truth = [names[i] for i in whole(f"tags/{seed}/{text}/truth", count, 5)]
            other = [names[i] for i in whole(f"tags/{seed}/{text}/other", count, 5)]
            keep = whole(f"tags/{seed}/{text}/keep", count, 4)
            texts.append((truth, [t if k else o for t, o, k in zip(truth, other, keep)]))
        case = {"truth": [t for t, _ in texts], "predicted": [p for _, p in texts]}
        for name, mode in MODES.items():
            case[name] = {average: score(case, average, mode) for average in ("micro", "macro", "weighted")}
        cases.append(case)
    return cases


def score(case, average, mode):
    """None for the macro average of no entity at all: seqeval takes the mean of nothing there."""
    value = float(f1_score(case["truth"], case["predicted"], average=average, zero_division=0, **mode))
    return None if math.isnan(value) else value
