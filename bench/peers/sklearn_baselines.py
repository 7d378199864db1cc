#!/usr/bin/env python3
"""What a task is worth without a language model: the most frequent answer, and scikit-learn's logistic regression over TF-IDF.

Reads JSON lines with a column `part` (train, test). --kind label: one label a text; labels: a set of labels (one against the
rest, threshold 0.5); tags: a tag for each word, from the word, its neighbours and their shapes. Prints one JSON line.
"""
import argparse
import json

import numpy
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, average_precision_score, f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--kind", choices=["label", "labels", "tags"], required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--target", required=True)
    return parser.parse_args()


def of_labels(train, test):
    (x, y), (tx, ty) = train, test
    scores = lambda said: {"accuracy": accuracy_score(ty, said), "f1(macro)": f1_score(ty, said, average="macro", zero_division=0), "exact_match": accuracy_score(ty, said)}
    majority = DummyClassifier(strategy="most_frequent").fit(x, y)
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)).fit(x, y)
    return {"majority": scores(majority.predict(tx)), "TF-IDF + logistic regression": scores(model.predict(tx))}


def of_sets(train, test):
    (x, y), (tx, ty) = train, test
    binary = MultiLabelBinarizer().fit(y + ty)
    y, ty = binary.transform(y), binary.transform(ty)
    scores = lambda said, chances: {
        **{f"f1({average})": f1_score(ty, said, average=average, zero_division=0) for average in ["micro", "macro"]},
        "average_precision(macro)": average_precision_score(ty, chances, average="macro"),
    }
    of = lambda model: scores(model.predict(tx), model.predict_proba(tx))
    most = numpy.zeros_like(ty)
    most[:, y.sum(0).argmax()] = 1
    one = lambda weight: make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000, class_weight=weight))
    ).fit(x, y)
    return {
        "majority": scores(most, most),
        "TF-IDF + logistic regression": of(one(None)),
        "TF-IDF + logistic regression, labels weighted alike": of(one("balanced")),
    }


def seen_from(words, i):
    at = lambda j: words[j].lower() if 0 <= j < len(words) else "<none>"
    word = words[i]
    return {
        **{f"word{d:+d}={at(i + d)}": 1 for d in (-2, -1, 0, 1, 2)},
        f"before={at(i - 1)} {at(i)}": 1, f"after={at(i)} {at(i + 1)}": 1,
        f"end={word[-3:].lower()}": 1, "title": word.istitle(), "digit": any(c.isdigit() for c in word),
    }


def spans(tags):
    """Entities as (kind, from, to): B opens one, I of the same kind goes on, I elsewhere opens one too."""
    found, open_ = [], None
    for i, tag in enumerate([*tags, "O"]):
        head, _, kind = tag.partition("-")
        if open_ and not (head == "I" and kind == open_[0]):
            found.append((*open_, i))
            open_ = None
        if head in "BI" and head != "O" and open_ is None:
            open_ = (kind, i)
    return set(found)


def of_tags(train, test):
    (x, y), (tx, ty) = train, test
    features = lambda rows: [seen_from(words, i) for words in rows for i in range(len(words))]
    flat = lambda rows: [tag for tags in rows for tag in tags]
    model = make_pipeline(DictVectorizer(), LogisticRegression(C=10, max_iter=2000)).fit(features(x), flat(y))

    def scores(said):
        said, rows = list(said), []
        for tags in ty:
            rows.append(said[: len(tags)])
            said = said[len(tags):]
        right = sum(len(spans(a) & spans(b)) for a, b in zip(rows, ty))
        total = sum(len(spans(a)) + len(spans(b)) for a, b in zip(rows, ty))
        return {"entity_f1": 2 * right / total if total else 0.0, "accuracy": accuracy_score(flat(ty), flat(rows))}

    return {
        "majority": scores(["O"] * len(flat(ty))),
        "words around + logistic regression": scores(model.predict(features(tx))),
    }


def main():
    a = arguments()
    with open(a.file, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    part = lambda name: ([row[a.input] for row in rows if row["part"] == name], [row[a.target] for row in rows if row["part"] == name])
    done = {"label": of_labels, "labels": of_sets, "tags": of_tags}[a.kind](part("train"), part("test"))
    print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}", "scores": done}))


main()
