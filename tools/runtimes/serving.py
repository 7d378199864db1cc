"""Serves a runtime of others to Tunebook: the opening is the first argument, requests and answers are lines of JSON."""
import base64
import json
import os
import sys
import threading
import time

import numpy as np

TYPES = {"f32": np.float32, "i32": np.int32, "bool": np.bool_}


def array(given):
    values = np.frombuffer(base64.b64decode(given["bytes"]), TYPES[given["dtype"]])
    return values.reshape(given["shape"])


def said(values):
    values = np.ascontiguousarray(values)
    kind = "i32" if values.dtype.kind in "iu" else "f32"
    data = values.astype(TYPES[kind]).tobytes()
    return {"dtype": kind, "shape": list(values.shape), "bytes": base64.b64encode(data).decode()}


def picked(logits, picks):
    """Of logits [rows, length, vocabulary] those of some places, or the likeliest of each place and its lead."""
    logits = np.asarray(logits)

    def at(places):
        rows = [logits[row, own] for row, own in enumerate(places) if own]
        return np.concatenate(rows) if rows else logits[:0, 0]

    answers = {}
    if "logits" in picks:
        answers["logits"] = at(picks["logits"])
    if "likeliest" in picks:
        scores = at(picks["likeliest"]).astype(np.float32)
        best = scores.argmax(-1)
        two = -np.partition(-scores, 1, -1)[:, :2]
        answers["likeliest"] = np.stack([best.astype(np.float32), two[:, 0] - two[:, 1]], -1)
    return answers


def watch(parent):
    """Ends this process when its parent is gone, whatever it computes."""
    while True:
        time.sleep(0.5)
        if os.name != "nt" and os.getppid() != parent:
            os._exit(1)


def serve(start):
    """
    `start(opening)`: the version, a function from graph, arrays and wanted names to arrays by name, and of what writes by
    itself another from a prompt and most tokens to text, tokens, and, if it tells them, the logits of the first and leads.
    """
    # What libraries print must not stand between the answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(answer):
        out.write(json.dumps(answer) + "\n")
        out.flush()

    opening = json.loads(sys.argv[1])
    threading.Thread(target=watch, args=[opening["parent"]], daemon=True).start()
    try:
        version, run, *writes = start(opening)
        tell({"version": version})
    except Exception as error:
        tell({"failed": f"{type(error).__name__}: {error}"})
        return
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "prompt" in asked:
                tell({"written": writes[0](asked["prompt"], asked["most"])})
                continue
            feeds = {name: array(value) for name, value in asked["feeds"].items()}
            outputs = run(asked["graph"], feeds, asked["wanted"])
            if "picks" in asked and "logits" in outputs:
                outputs |= picked(outputs.pop("logits"), asked["picks"])
            tell({"outputs": {name: said(values) for name, values in outputs.items()}})
        except Exception as error:
            tell({"failed": f"{type(error).__name__}: {error}"})
