"""Tasks of encoders on small BERTs: logits, ten AdamW steps, and metrics of numbers and label sets.

Weights are not stored: `uniform(model + "/" + name, shape, scale)` of numbers_of_tunebook, as in tiny_bert.py.
"""
import json
import os
import warnings

import numpy
import torch
from scipy import stats
from sklearn import metrics
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification, BertForTokenClassification

from numbers_of_tunebook import uniform, whole
from tiny_bert import batch_of
from training import lora, settings, start_adapter, train

COMMON = dict(hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, pad_token_id=0)
SHAPE = dict(vocab_size=90, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
    max_position_embeddings=32, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-12)
ODD = dict(SHAPE, num_hidden_layers=1, num_attention_heads=2, hidden_act="relu", layer_norm_eps=1e-5)
TASKS = {
    "regression": (BertForSequenceClassification, SHAPE, dict(num_labels=1, problem_type="regression")),
    "multilabel": (BertForSequenceClassification, ODD, dict(num_labels=4, problem_type="multi_label_classification")),
    "token": (BertForTokenClassification, SHAPE, dict(num_labels=5)),
    "token-odd": (BertForTokenClassification, ODD, dict(num_labels=2)),
    "mask": (BertForMaskedLM, SHAPE, {}),
    "mask-untied": (BertForMaskedLM, dict(ODD, tie_word_embeddings=False), {}),
}
STEPS, BATCH = 10, 4


def make(golden):
    made = {name: task(f"tasks/{name}", *parts) for name, parts in TASKS.items()}
    with open(os.path.join(golden, "encoder-tasks.json"), "w") as file:
        json.dump(made, file)
    with open(os.path.join(golden, "encoder-metrics.json"), "w") as file:
        json.dump({"numbers": numbers(), "sets": sets(), "ranked_sets": ranked_sets()}, file)


def task(name, kind, shape, more):
    model = load(name, kind, shape, more)
    names = {k: list(v.shape) for k, v in model.named_parameters()}
    batches = [batch(f"{name}/{step}", kind, shape, more, 5 + step) for step in range(STEPS)]
    inputs = {k: v for k, v in batches[0].items() if k != "labels"}
    model.eval()
    with torch.no_grad():
        logits = model(**{k: torch.tensor(v) for k, v in inputs.items()}).logits.tolist()
    full = {**settings(rate=1e-3), **train(model, batches, rate=1e-3)}
    result = {"config": {"model_type": "bert", **COMMON, **shape}, "labels": more.get("num_labels", 0), "parameters": names,
        "batches": batches, "logits": logits, "full": full}
    if kind is not BertForMaskedLM:
        adapted = lora(load(name, kind, shape, more), rank=3, alpha=5, task="SEQ_CLS" if kind is BertForSequenceClassification else "TOKEN_CLS")
        start = start_adapter(adapted, name)
        result["lora"] = {"start": {k: list(v.shape) for k, v in start.items()}, "rank": 3, "alpha": 5,
            **settings(rate=5e-3), **train(adapted, batches, rate=5e-3)}
    return result


def load(name, kind, shape, more):
    model = kind(BertConfig(**COMMON, **shape, **more))
    for key, value in model.named_parameters():
        spread = uniform(f"{name}/{key}", tuple(value.shape), 0.1 if "LayerNorm" in key or key.endswith("bias") else 0.25)
        value.data = torch.tensor((spread + 1).astype("float32") if key.endswith("LayerNorm.weight") else spread)
    model.tie_weights()
    return model


def batch(name, kind, shape, more, longest):
    made = batch_of(name, shape, BATCH, longest)
    labels, size = more.get("num_labels"), BATCH * longest
    mask = made["attention_mask"]
    if kind is BertForMaskedLM:
        hidden = whole(f"{name}/hidden", size, 4)
        known = [[made["input_ids"][r][c] if mask[r][c] and (hidden[r * longest + c] == 0 or c == 0) else -100 for c in range(longest)] for r in range(BATCH)]
        made["input_ids"] = [[3 if known[r][c] != -100 else made["input_ids"][r][c] for c in range(longest)] for r in range(BATCH)]
        made["labels"] = known
    elif kind is BertForTokenClassification:
        drawn = whole(f"{name}/labels", size, labels + 1)
        made["labels"] = [[drawn[r * longest + c] if mask[r][c] and (drawn[r * longest + c] < labels) else -100 for c in range(longest)] for r in range(BATCH)]
        made["labels"][0][0] = 0
    elif labels == 1:
        made["labels"] = [float(x) for x in uniform(f"{name}/labels", (BATCH,), 3)]
    else:
        drawn = whole(f"{name}/labels", BATCH * labels, 2)
        made["labels"] = [[float(drawn[r * labels + l]) for l in range(labels)] for r in range(BATCH)]
    return made


def numbers():
    cases = []
    for seed in range(10):
        count = [2, 5, 40, 300][seed % 4]
        truth = uniform(f"numbers/{seed}/truth", (count,), 5).astype("float64")
        predicted = truth * (1 - seed / 5) + uniform(f"numbers/{seed}/off", (count,), 2).astype("float64")
        if seed % 2:  # ties
            truth, predicted = numpy.round(truth), numpy.round(predicted)
        cases.append({"truth": truth.tolist(), "predicted": predicted.tolist(),
            "mean_absolute_error": metrics.mean_absolute_error(truth, predicted), "mean_squared_error": metrics.mean_squared_error(truth, predicted),
            "root_mean_squared_error": float(metrics.root_mean_squared_error(truth, predicted)), "r2": float(metrics.r2_score(truth, predicted)),
            "pearson": none(stats.pearsonr(truth, predicted).statistic), "spearman": none(stats.spearmanr(truth, predicted).statistic)})
    return cases


def none(value):
    return None if numpy.isnan(value) else float(value)


def sets():
    warnings.filterwarnings("ignore")
    cases = []
    for seed in range(10):
        labels, count = 1 + seed % 5, [1, 6, 50, 200][seed % 4]
        truth = numpy.array(whole(f"sets/{seed}/truth", count * labels, 3)).reshape(count, labels) // 2
        truth[:, -1] *= seed % 3 != 1
        guess = numpy.array(whole(f"sets/{seed}/guess", count * labels, 4)).reshape(count, labels)
        predicted = numpy.where(guess == 0, 1 - truth, truth)
        case = {"labels": labels, "truth": truth.flatten().tolist(), "predicted": predicted.flatten().tolist(),
            "accuracy": metrics.accuracy_score(truth, predicted)}
        for name in ("f1", "precision", "recall"):
            score = getattr(metrics, f"{name}_score")
            if labels == 1:  # scikit-learn takes one column for plain labels
                case[f"{name}(of)"] = [float(score(truth[:, 0], predicted[:, 0], pos_label=1, average="binary", zero_division=0))]
                continue
            for average in ("macro", "micro", "weighted", "samples"):
                case[f"{name}({average})"] = float(score(truth, predicted, average=average, zero_division=0))
            case[f"{name}(of)"] = [float(x) for x in score(truth, predicted, average=None, zero_division=0)]
        cases.append(case)
    return cases


def ranked_sets():
    """Average precision of label sets; every third case has few values of probability, so many that stand level."""
    cases = []
    for seed in range(9):
        labels, count = 2 + seed % 4, [2, 7, 50][seed % 3]
        truth = numpy.array(whole(f"ranked/{seed}/truth", count * labels, 3)).reshape(count, labels) // 2
        truth[:, -1] *= seed % 4 != 1
        steps = 5 if seed % 3 == 2 else 1000
        said = (numpy.array(whole(f"ranked/{seed}/said", count * labels, steps)).reshape(count, labels) / steps + truth * 0.25).astype("float32")
        case = {"labels": labels, "truth": truth.flatten().tolist(), "probabilities": said.flatten().tolist()}
        for average in ("macro", "micro", "weighted", "samples"):
            case[average] = float(metrics.average_precision_score(truth, said, average=average))
            if average != "samples" and all(0 < truth[:, l].sum() < count for l in range(labels)):
                case[f"roc_auc({average})"] = float(metrics.roc_auc_score(truth, said, average=average))
        cases.append(case)
    return cases
