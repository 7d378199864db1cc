"""Label issues by cleanlab from given probabilities: [{"labels": [...], "chances": [[...]]}] on standard input, of each the rows it finds, surest first."""
import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues


def main() -> None:
    found = []
    for one in json.load(sys.stdin):
        labels = np.array(one["labels"])
        chances = np.array(one["chances"], dtype=np.float64)
        chances /= chances.sum(axis=1, keepdims=True)
        found.append(
            {
                by: find_label_issues(
                    labels, chances, filter_by=by, return_indices_ranked_by="self_confidence", n_jobs=1
                ).tolist()
                for by in one["by"]
            }
        )
    json.dump(found, sys.stdout)


main()
