"""scikit-learn's word on baselines of words: tf-idf of words and pairs, logistic regression, one against the rest, ridge regression."""
import csv
import json
import os

import regex
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from numbers_of_tunebook import whole

WORDS = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[\p{L}\p{M}\p{N}]+")
ODD = ["", "…!?", "good good good phone", "これは良い電話です", "Ça marche très bien, naïve façade", "100 % of 3 G phones", "good phone", "not good"]


def make(golden, data):
    with open(data, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = [row["text"] for row in rows]
    train, asked = texts[:240] + ODD, texts[500:540] + ODD
    two = [int(row["label"] == "positive") for row in rows[:240]] + [1] * len(ODD)
    three = whole("tfidf/three", len(train), 3)
    sets = [[int(x) for x in whole(f"tfidf/sets/{label}", len(train), 2)] for label in range(3)]
    scores = [len(text) / 7 + n for text, n in zip(train, whole("tfidf/scores", len(train), 5))]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, tokenizer=lambda text: WORDS.findall(text), token_pattern=None)
    learnt, read = vectorizer.fit_transform(train), vectorizer.transform(asked)
    model = lambda y, C=1, weights=None: LogisticRegression(C=C, class_weight=weights, tol=1e-9, max_iter=100000).fit(learnt, y)
    cosines = (learnt @ read.T).toarray()
    case = {
        "train": train, "asked": asked, "two": two, "three": three, "sets": sets, "scores": scores,
        "columns": len(vectorizer.vocabulary_),
        "cosines": [[float(x) for x in row[:5]] for row in cosines[:40]],
        "probabilities of two": model(two).predict_proba(read).tolist(),
        "probabilities of three": model(three).predict_proba(read).tolist(),
        "probabilities of sets": [model(y).predict_proba(read)[:, 1].tolist() for y in sets],
        "probabilities of three, C 10, balanced": model(three, 10, "balanced").predict_proba(read).tolist(),
        "probabilities of two, C 0.5, yes counts 3": model(two, 0.5, {0: 1, 1: 3}).predict_proba(read).tolist(),
        "probabilities of a set, C 10, balanced": model(sets[0], 10, "balanced").predict_proba(read)[:, 1].tolist(),
        "numbers, alpha 0.1": Ridge(alpha=0.1, tol=1e-10, solver="sparse_cg").fit(learnt, scores).predict(read).tolist(),
        "numbers": Ridge(alpha=1, tol=1e-10, solver="sparse_cg").fit(learnt, scores).predict(read).tolist(),
    }
    with open(os.path.join(golden, "tfidf.json"), "w") as file:
        json.dump(case, file)
