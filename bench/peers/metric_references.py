"""What the libraries that others score with say of the same answers: {"cases": [{"sort", "rows", ...}]} on stdin, the same with
"real" cases before them and of each its "values" by metric on stdout. Argument: the folder of notebooks/data.

Real cases are what systems said of real rows: linear models and nearest neighbours over bags of words, five of each sort.
Where no library has a metric it is written anew here from its definition (NEW in the answer names these).
"""
import csv
import json
import math
import re
import string
import sys
import warnings
from collections import Counter

import jiwer
import jsonschema
import numpy
import scipy.stats
from rapidfuzz.distance import Levenshtein
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER
from seqeval.metrics import f1_score as seqeval_f1
from seqeval.scheme import IOB2
from sklearn import metrics as m
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier

NEW = ["calibration_error", "distinct", "repetition", "token_f1", "exact_match", "mrr", "recall_at", "field_f1", "edit_distance(words)"]
SIGNATURES = {}


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def labels(rows, _case):
    truth, predicted = [r["truth"] for r in rows], [r["predicted"] for r in rows]
    known = sorted(set(truth) | set(predicted) | {k for r in rows for k in r["probabilities"]})
    found = {
        "accuracy": m.accuracy_score(truth, predicted),
        "balanced_accuracy": m.balanced_accuracy_score(truth, predicted),
        "matthews_correlation": m.matthews_corrcoef(truth, predicted),
        "cohen_kappa": m.cohen_kappa_score(truth, predicted, labels=known),
        "cohen_kappa(linear)": m.cohen_kappa_score(truth, predicted, labels=known, weights="linear"),
        "cohen_kappa(quadratic)": m.cohen_kappa_score(truth, predicted, labels=known, weights="quadratic"),
    }
    for name in ("f1", "precision", "recall"):
        score = getattr(m, f"{name}_score")
        for average in ("macro", "micro", "weighted"):
            found[f"{name}({average})"] = score(truth, predicted, average=average, zero_division=0)
        for label, value in zip(known, score(truth, predicted, labels=known, average=None, zero_division=0)):
            found[f'{name}(of: "{label}")'] = value
    said = numpy.array([[r["probabilities"][k] for k in known] for r in rows])
    true = numpy.array([known.index(t) for t in truth])
    hot = numpy.eye(len(known))[true]
    found["log_loss"] = m.log_loss(true, said, labels=range(len(known)))
    found["perplexity of labels"] = math.exp(found["log_loss"])
    found["brier_score"] = m.brier_score_loss(true, said[:, 1] if len(known) == 2 else said, labels=range(len(known)))
    found["calibration_error"] = calibration(true, said)
    if len(known) > 2:
        for k in range(1, len(known)):
            found[f"top_accuracy({k})"] = m.top_k_accuracy_score(true, said, k=k, labels=range(len(known)))
    if len(set(truth)) == len(known):
        if len(known) == 2:
            found["roc_auc"] = m.roc_auc_score(true, said[:, 1])
            found["average_precision"] = m.average_precision_score(true, said[:, 1])
        else:
            for average in ("macro", "micro", "weighted"):
                found[f"roc_auc({average})"] = m.roc_auc_score(true, said, multi_class="ovr", average=average)
                found[f"average_precision({average})"] = m.average_precision_score(hot, said, average=average)
    found.pop("perplexity of labels")
    return found


def calibration(true, said):
    sure, right = said.max(axis=1), said.argmax(axis=1) == true
    error = 0.0
    for i in range(15):
        inside = (sure > i / 15) & (sure <= (i + 1) / 15)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    return error


def sets(rows, _case):
    known = sorted({k for r in rows for k in r["probabilities"]})
    bits = lambda field: numpy.array([[k in r[field] for k in known] for r in rows], dtype=int)
    truth, predicted = bits("truth"), bits("predicted")
    said = numpy.array([[r["probabilities"][k] for k in known] for r in rows])
    found = {"accuracy": m.accuracy_score(truth, predicted)}
    for name in ("f1", "precision", "recall"):
        for average in ("macro", "micro", "weighted", "samples"):
            found[f"{name}({average})"] = getattr(m, f"{name}_score")(truth, predicted, average=average, zero_division=0)
    found["loss"] = numpy.mean([m.log_loss(truth[:, l], said[:, l], labels=[0, 1]) for l in range(len(known))])
    if all(0 < column.sum() < len(rows) for column in truth.T):
        for average in ("macro", "micro", "weighted"):
            found[f"roc_auc({average})"] = m.roc_auc_score(truth, said, average=average)
            found[f"average_precision({average})"] = m.average_precision_score(truth, said, average=average)
    return found


def numbers(rows, _case):
    truth, predicted = (numpy.array([r[f] for r in rows], dtype=float) for f in ("truth", "predicted"))
    return {
        "mean_absolute_error": m.mean_absolute_error(truth, predicted),
        "mean_squared_error": m.mean_squared_error(truth, predicted),
        "root_mean_squared_error": m.root_mean_squared_error(truth, predicted),
        "r2": m.r2_score(truth, predicted),
        "pearson": scipy.stats.pearsonr(truth, predicted).statistic,
        "spearman": scipy.stats.spearmanr(truth, predicted).statistic,
    }


def tags(rows, _case):
    truth, predicted = [r["truth"] for r in rows], [r["predicted"] for r in rows]
    found = {}
    for average in ("micro", "macro", "weighted"):
        found[f"entity_f1({average}, reading: lenient)"] = seqeval_f1(truth, predicted, average=average, zero_division=0)
        found[f"entity_f1({average}, reading: strict)"] = seqeval_f1(
            truth, predicted, average=average, zero_division=0, mode="strict", scheme=IOB2)
    # Without any entity the macro average is the mean of nothing: no number there, and 0 here.
    return {name: value for name, value in found.items() if not math.isnan(value)}


def texts(rows, _case):
    written, targets = [r["predicted"] for r in rows], [r["truth"] for r in rows]
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(kinds, use_stemmer=False)
    scored = [scorer.score(target, text) for text, target in zip(written, targets)]
    found = {f"rouge({kind})": sum(row[kind].fmeasure for row in scored) / len(rows) for kind in kinds}
    for name, metric in {"bleu": BLEU(), "chrf": CHRF(), "chrf(2)": CHRF(word_order=2), "ter": TER()}.items():
        found[name] = metric.corpus_score(written, [targets]).score
        SIGNATURES[name] = str(metric.get_signature())
    plain = lambda texts: [text.strip() for text in texts]
    found["exact_match"] = numpy.mean([w == t for w, t in zip(plain(written), plain(targets))])
    if all(t.strip() for t in targets):
        found["character_error_rate"] = jiwer.cer(plain(targets), plain(written))
        found["word_error_rate"] = jiwer.wer([" ".join(t.split()) for t in targets], [" ".join(t.split()) for t in written])
    found["edit_distance"] = numpy.mean([Levenshtein.distance(w, t) for w, t in zip(plain(written), plain(targets))])
    found["edit_distance(words)"] = numpy.mean([Levenshtein.distance(w.split(), t.split()) for w, t in zip(written, targets)])
    for n in (1, 2):
        runs = [tuple(w.split()[i:i + n]) for w in written for i in range(len(w.split()) - n + 1)]
        found[f"distinct({n})"] = len(set(runs)) / len(runs) if runs else math.nan
        own = [Counter(tuple(w.split()[i:i + n]) for i in range(len(w.split()) - n + 1)) for w in written]
        found[f"repetition({n})"] = numpy.mean([1 - len(c) / c.total() if c else 0.0 for c in own])
    return found


def plain_answer(text):
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def answers(rows, _case):
    """SQuAD 2's script: no gold answers mean that none should be given; gold that is nothing but articles is left out."""
    exact, f1 = [], []
    for row in rows:
        gold = [g for g in row["truth"] if plain_answer(g)] or [""]
        own = plain_answer(row["predicted"])
        exact.append(max(int(own == plain_answer(g)) for g in gold))
        f1.append(max(overlap(own.split(), plain_answer(g).split()) for g in gold))
    return {"exact_match": numpy.mean(exact), "token_f1": numpy.mean(f1)}


def overlap(own, right):
    if not own or not right:
        return float(own == right)
    same = (Counter(own) & Counter(right)).total()
    return 2 * same / (len(own) + len(right)) if same else 0.0


def rankings(rows, _case):
    firsts, recalls, gains = [], {1: [], 5: []}, []
    for row in rows:
        found, wanted = row["predicted"], row["truth"]
        places = [found.index(w) for w in wanted if w in found]
        firsts.append(1 / (min(places) + 1) if places else 0.0)
        for k in recalls:
            recalls[k].append(sum(p < k for p in places) / len(wanted))
        # What was not put anywhere stands behind all places that count.
        every = found + [None] * 10 + [w for w in wanted if w not in found]
        relevance = [[int(doc in wanted) for doc in every]]
        gains.append(m.ndcg_score(relevance, [[-place for place in range(len(every))]], k=10))
    return {"mrr": numpy.mean(firsts), "ndcg": numpy.mean(gains), **{f"recall_at({k})": numpy.mean(v) for k, v in recalls.items()}}


def fields(rows, case):
    checker = jsonschema.Draft202012Validator(case["schema"], format_checker=jsonschema.FormatChecker())
    hit = given = have = valid = 0
    for row in rows:
        wanted = found_in(json.loads(row["truth"]))
        try:
            value = json.loads(row["predicted"])
        except ValueError:
            own = Counter()
        else:
            own, valid = found_in(value), valid + checker.is_valid(value)
        hit, given, have = hit + (own & wanted).total(), given + own.total(), have + wanted.total()
    return {"json_validity(schema)": valid / len(rows), "field_f1": 2 * hit / (given + have) if have else math.nan}


def found_in(value, path=""):
    if value is None:
        return Counter()
    if isinstance(value, dict) and value:
        return sum((found_in(v, f"{path}.{k}") for k, v in value.items()), Counter())
    if isinstance(value, list) and value:
        return sum((found_in(v, f"{path}[]") for v in value), Counter())
    return Counter([(path, json.dumps(value.strip() if isinstance(value, str) else value))])


SORTS = {"label": labels, "label_set": sets, "number": numbers, "tags": tags, "written": texts, "answer": answers, "ranking": rankings, "fields": fields}


def real(folder):
    """Five of each sort, of the reviews of notebooks/data: what a system said of the test rows."""
    with open(f"{folder}/sentiment.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    train, test = ([r for r in rows if r["part"] == part] for part in ("train", "test"))
    cases = []
    for run in range(5):
        words = TfidfVectorizer(ngram_range=(1, 1 + run % 2), min_df=1 + run // 2)
        x, y = words.fit_transform([r["text"] for r in train]), words.transform([r["text"] for r in test])
        model = LogisticRegression(C=[0.1, 1, 10, 0.01, 100][run], max_iter=1000).fit(x, [r["label"] for r in train])
        said = model.predict_proba(y)
        cases.append({"sort": "label", "rows": [
            {"truth": r["label"], "predicted": model.classes_[p.argmax()], "probabilities": dict(zip(model.classes_, map(float, p)))}
            for r, p in zip(test, said)]})
        marks = lambda r: [name for name, has in {"positive": r["label"] == "positive", "short": len(r["text"]) < 60, "exclaims": "!" in r["text"], "first": " I " in f" {r['text']} "}.items() if has]
        names = ["exclaims", "first", "positive", "short"]
        many = OneVsRestClassifier(LogisticRegression(C=[1, 10, 0.1, 100, 5][run], max_iter=1000)).fit(x, [[int(n in marks(r)) for n in names] for r in train])
        cases.append({"sort": "label_set", "rows": [
            {"truth": marks(r), "predicted": [n for n, q in zip(names, p) if q > 0.5], "probabilities": dict(zip(names, map(float, p)))}
            for r, p in zip(test, many.predict_proba(y))]})
        size = Ridge(alpha=[1, 0.1, 10, 0.01, 100][run]).fit(x, [len(r["text"]) for r in train])
        cases.append({"sort": "number", "rows": [{"truth": len(r["text"]), "predicted": float(p)} for r, p in zip(test, size.predict(y))]})
        alike = (y @ x.T).toarray()
        nearest = [train[i] for i in alike.argmax(axis=1)]
        cases.append({"sort": "written", "rows": [{"truth": r["text"], "predicted": n["text"]} for r, n in zip(test[run::5], nearest[run::5])]})
        cases.append({"sort": "answer", "rows": [
            {"truth": [" ".join(r["text"].split()[:3 + run]), r["text"]][: 1 + run % 2] if r["label"] == "positive" else [], "predicted": " ".join(n["text"].split()[:4]) if n["label"] == "positive" else ""}
            for r, n in zip(test, nearest)]})
        cases.append({"sort": "ranking", "rows": [
            {"truth": [str(i) for i in numpy.flatnonzero([t["label"] == r["label"] and t["text"][:2 + run % 2] == r["text"][:2 + run % 2] for t in train])] or ["none"], "predicted": [str(i) for i in (-row).argsort(kind="stable")[:50]]}
            for r, row in zip(test[run::5], alike[run::5])]})
        cases.append({"sort": "tags", "rows": tagged(train, test, run)})
        cases.append({"sort": "fields", "rows": [
            {"truth": json.dumps({"label": r["label"], "words": len(r["text"].split()), "first": r["text"].split()[0]}),
             "predicted": json.dumps({"label": n["label"], "words": len(n["text"].split()), "first": n["text"].split()[0]}) if row.max() > 0.1 * run else n["text"]}
            for r, n, row in zip(test, nearest, alike)]})
    return cases


def tagged(train, test, run):
    """Words with a capital in the middle of a sentence are names; a linear model guesses them from small letters and neighbours."""
    def truth(words):
        names = [i > 0 and w[:1].isupper() for i, w in enumerate(words)]
        return ["O" if not n else "I-NAME" if i > 0 and names[i - 1] else "B-NAME" for i, n in enumerate(names)]
    seen = lambda words: [f"{words[i - 1].lower() if i else '^'} {w.lower()} {w.lower()[-2 - run % 2:]}" for i, w in enumerate(words)]
    split = lambda rows: [r["text"].split() for r in rows]
    words = TfidfVectorizer(token_pattern=r"\S+")
    x = words.fit_transform([s for text in split(train) for s in seen(text)])
    model = LogisticRegression(C=[100, 10, 1000, 50, 500][run], max_iter=500).fit(x, [t for text in split(train) for t in truth(text)])
    return [{"truth": truth(text), "predicted": [str(t) for t in model.predict(words.transform(seen(text)))]} for text in split(test) if text]


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    given = json.load(sys.stdin)
    cases = [{**case, "real": True, **({"schema": given["schema"]} if case["sort"] == "fields" else {})} for case in real(sys.argv[1])] + given["cases"]
    for case in cases:
        case["values"] = {name: number(value) for name, value in SORTS[case["sort"]](case["rows"], case).items()}
    json.dump({"cases": cases, "new": NEW, "signatures": SIGNATURES, "versions": {
        "scikit-learn": __import__("sklearn").__version__, "scipy": scipy.__version__, "sacrebleu": __import__("sacrebleu").__version__,
        "seqeval": "1.2.2", "rouge-score": "0.1.2", "jiwer": __import__("importlib.metadata").metadata.version("jiwer"),
        "jsonschema": __import__("importlib.metadata").metadata.version("jsonschema")}}, sys.stdout)
