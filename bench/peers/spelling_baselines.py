#!/usr/bin/env python3
"""Spelling to phonemes without a neural network: letters aligned with phonemes, then a choice for each letter.

Each letter gives no, one or two phonemes; which ones is found by expectation maximisation over all alignments. Then the
majority of each letter, and scikit-learn's logistic regression over the letters around, say what each letter gives.
Reads JSON lines with a column `part` (train, test); prints one JSON line.
"""
import argparse
import collections
import json

import sklearn
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

MOST = 2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--input", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def align(word, phonemes, weight):
    """The best way to give all phonemes to the letters in order; None where there are too many."""
    best = {0: (1.0, [])}
    for i, letter in enumerate(word):
        found = {}
        for at, (score, path) in best.items():
            for n in range(MOST + 1):
                if at + n > len(phonemes):
                    break
                given = " ".join(phonemes[at : at + n])
                total = score * weight(letter, given)
                if total > found.get(at + n, (0.0, None))[0]:
                    found[at + n] = (total, [*path, given])
        best = found
    return best.get(len(phonemes), (0.0, None))[1]


def aligned(pairs, rounds):
    counts = collections.defaultdict(collections.Counter)
    weight = lambda letter, given: 0.3 if given.count(" ") == 0 and given else 0.1
    for _ in range(rounds):
        paths = [(word, path) for word, phonemes in pairs if (path := align(word, phonemes, weight))]
        counts = collections.defaultdict(collections.Counter)
        for word, path in paths:
            for letter, given in zip(word, path):
                counts[letter][given] += 1
        weight = lambda letter, given: (counts[letter][given] + 0.01) / (sum(counts[letter].values()) + 1)
    return paths, counts


def seen_from(word, i):
    at = lambda j: word[j] if 0 <= j < len(word) else "#"
    features = {f"{d:+d}{at(i + d)}": 1 for d in range(-4, 5)}
    for a, b in [(-1, 0), (0, 1), (-2, 0), (0, 2), (-1, 1), (0, 3)]:
        features[f"{a}..{b} " + "".join(at(i + d) for d in range(a, b + 1))] = 1
    return features


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def main():
    a = arguments()
    with open(a.file, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    part = lambda name: [(row[a.input], row[a.target].split()) for row in rows if row["part"] == name]
    train, test = part("train"), part("test")
    paths, counts = aligned(train, a.rounds)
    letters = [(word, i) for word, _ in test for i in range(len(word))]
    model = make_pipeline(DictVectorizer(), LogisticRegression(C=3, max_iter=60, tol=1e-2))
    model.fit([seen_from(word, i) for word, path in paths for i in range(len(word))], [given for _, path in paths for given in path])

    def scores(said):
        said, right, wrong, total = list(said), 0, 0, 0
        for word, phonemes in test:
            mine = " ".join(said[: len(word)]).split()
            said = said[len(word):]
            right += mine == phonemes
            wrong += distance(mine, phonemes)
            total += len(phonemes)
        return {"exact_match": right / len(test), "word_error_rate": wrong / total}

    done = {
        "each letter's most frequent phoneme": scores(counts[word[i]].most_common(1)[0][0] for word, i in letters),
        "letters around + logistic regression": scores(model.predict([seen_from(word, i) for word, i in letters])),
    }
    print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}", "scores": done}))


main()
