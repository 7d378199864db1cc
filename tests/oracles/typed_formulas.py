"""Checks the formulas typed in oracles against packages that the oracle environment lacks. It writes nothing.

    pip install --no-deps torchmetrics lightning-utilities pillow torchvision lion-pytorch bitsandbytes
    python tests/oracles/typed_formulas.py tests/golden/oracle

in an environment with what requirements-oracles.txt names. It last passed with torchmetrics 1.9.0, lion-pytorch 0.2.5 and
bitsandbytes 0.50.2.
"""
import json
import os
import sys

import numpy as np
import torch
from bitsandbytes import functional as stored
from lion_pytorch import Lion
from torchmetrics.functional.classification import multiclass_calibration_error
from torchmetrics.functional.text.squad import _compute_exact_match_score, _compute_f1_score, _normalize_text

import storage


def lion(runs):
    for run in runs:
        if run["word"] != "lion":
            continue
        own, shapes = run["settings"], {"matrix": (3, 4), "vector": (5,)}
        values = [tensor(v).reshape(shapes[name]).requires_grad_() for name, v in run["begin"].items()]
        optimizer = Lion(values, lr=1.0, betas=(own.get("beta1", 0.9), own.get("beta2", 0.99)), weight_decay=own.get("weight_decay", 0.0))
        for step in run["steps"]:
            for value, gradient in zip(values, step["gradients"]):
                value.grad = tensor(gradient).reshape(value.shape)
            if run["clip"] is not None:
                torch.nn.utils.clip_grad_norm_(values, run["clip"])
            optimizer.param_groups[0]["lr"] = step["rate"]
            optimizer.step()
            for value, wanted in zip(values, step["values"]):
                assert torch.allclose(value.detach().flatten(), tensor(wanted)), "Lion"


def calibration_error(cases):
    for case in cases:
        said = tensor(case["probabilities"]).reshape(-1, case["labels"])
        found = multiclass_calibration_error(said, torch.tensor(case["true"]), num_classes=case["labels"], n_bins=15)
        assert abs(found.item() - case["calibration_error"]) < 1e-6, "calibration error"


def squad(cases):
    """torchmetrics has SQuAD 1; SQuAD 2 leaves out gold answers that are nothing but articles and punctuation."""
    for case in cases:
        gold = [g for g in case["gold"] if _normalize_text(g)] or [""]
        for name, score in (("exact_match", _compute_exact_match_score), ("token_f1", _compute_f1_score)):
            assert abs(max(float(score(case["answer"], g)) for g in gold) - case[name]) < 1e-6, name


def quantisation():
    assert np.array_equal(stored.create_dynamic_map().numpy(), storage.dynamic_map()), "dynamic map"
    for x in storage.matrices().values():
        x = np.ascontiguousarray(x.astype(np.float32))
        for how, nested in (("nf4-single", False), ("nf4", True)):
            parts, value = storage.stored(x, how)
            codes, state = stored.quantize_4bit(torch.tensor(x), blocksize=64, quant_type="nf4", compress_statistics=nested)
            assert np.array_equal(codes.numpy().ravel(), parts["codes"][: codes.numel()]), how
            assert np.allclose(stored.dequantize_4bit(codes, state).numpy(), value, atol=1e-6), how
        codes, _, _ = stored.int8_vectorwise_quant(torch.tensor(x))
        assert np.array_equal(codes.numpy(), storage.stored(x, "int8")[0]["codes"]), "int8"


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def main(golden):
    read = lambda name: json.load(open(os.path.join(golden, name), encoding="utf-8"))
    lion(read("optimizers.json"))
    calibration_error(read("metrics.json")["cases"])
    squad(read("questions.json")["scores"])
    quantisation()
    print("all typed formulas agree")


if __name__ == "__main__":
    main(sys.argv[1])
