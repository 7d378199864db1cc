"""A baseline that somebody tried to make good: scikit-learn's logistic regression over tf-idf, its C and class weights chosen by f1(macro)."""
import json
import os
import random

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline

TEAMS = {"billing": 150, "tech": 90, "sales": 24, "legal": 12, "press": 9, "jobs": 8}


def words(drawn, own, count):
    """Words that a topic has of its own, seldom, among those that all have."""
    return " ".join(f"{own}{drawn.randint(0, 9)}" if drawn.random() < 0.3 else f"word{drawn.randint(0, 199)}" for _ in range(count))


def teams(drawn, times):
    rows = [(words(drawn, team, 14), team) for team, count in TEAMS.items() for _ in range(round(count * times))]
    drawn.shuffle(rows)
    return rows


def tagged(drawn, count):
    rows = []
    for _ in range(count):
        tags = [tag for tag, share in (("urgent", 0.08), ("refund", 0.15), ("german", 0.05)) if drawn.random() < share]
        rows.append((" ".join([words(drawn, "none", 10), *(words(drawn, tag, 8) for tag in tags)]), tags))
    return rows


def searched(texts, y, model, folds):
    """scikit-learn's own search: vectorizer and model are fitted on the other folds, the mean of the folds' scores is compared."""
    pipeline = Pipeline([("words", vectorizer()), ("model", model)])
    inner = "model__estimator__" if isinstance(model, OneVsRestClassifier) else "model__"
    grid = {f"{inner}class_weight": [None, "balanced"], f"{inner}C": [1, 10, 100]}
    return GridSearchCV(pipeline, grid, scoring="f1_macro", cv=folds, n_jobs=1).fit(texts, y)


def vectorizer():
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")


def case(rows, asked, y, truth, model, folds):
    texts, read = [text for text, _ in rows], [text for text, _ in asked]
    search = searched(texts, y, model, folds)
    test = lambda pipeline: float(f1_score(truth, pipeline.predict(read), average="macro", zero_division=0))
    settings = {json.dumps([p["model__estimator__C" if "model__estimator__C" in p else "model__C"], p.get("model__estimator__class_weight", p.get("model__class_weight")) or "none"]):
        test(Pipeline([("words", vectorizer()), ("model", clone(model))]).set_params(**p).fit(texts, y)) for p in search.cv_results_["params"]}
    best = search.best_params_
    name = [key for key in best if key.endswith("C")][0]
    return {"train": rows, "asked": asked, "chosen": {"c": best[name], "weigh": best[name.replace("__C", "__class_weight")] or "none"},
            "test": test(search), "settings": settings, "unweighted": settings[json.dumps([1, "none"])]}


def make(golden):
    drawn = random.Random(44)
    rows, asked = teams(drawn, 1), teams(drawn, 1)
    names = sorted(TEAMS)
    number = lambda some: np.array([names.index(team) for _, team in some])
    lr = LogisticRegression(tol=1e-8, max_iter=10000)
    of_teams = case(rows, asked, number(rows), number(asked), lr, StratifiedKFold(5, shuffle=True, random_state=0))
    rows, asked = tagged(drawn, 300), tagged(drawn, 300)
    tags = ["german", "refund", "urgent"]
    matrix = lambda some: np.array([[int(tag in own) for tag in tags] for _, own in some])
    of_tags = case(rows, asked, matrix(rows), matrix(asked), OneVsRestClassifier(lr), KFold(5, shuffle=True, random_state=0))
    with open(os.path.join(golden, "fair-baselines.json"), "w") as file:
        json.dump({"scikit-learn": sklearn.__version__, "teams": {"labels": names, **of_teams}, "tags": {"labels": tags, **of_tags}}, file)
