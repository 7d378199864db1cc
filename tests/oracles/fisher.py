"""The diagonal of the Fisher information of a tiny classifier by PyTorch's autograd in float64: for each row by itself every label's log-probability is derived, its square weighed by the label's probability. `seen`: labels that rows had until then; the others are left out of the softmax."""

import json
import math
import os

import torch
from transformers import BertConfig, BertForSequenceClassification

CONFIG = dict(vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=8)
LABELS = 4
IDS = [[2, 5, 7, 5, 3], [2, 9, 3, 0, 0], [2, 11, 12, 13, 3], [2, 5, 5, 3, 0], [2, 19, 4, 3, 0]]
OWN = [0, 2, 1, 1, 0]


def squares(model, ids, mask, term):
    """Of the gradient of a scalar that the logits of one row give."""
    model.zero_grad()
    term(model(input_ids=ids, attention_mask=mask).logits[0]).backward()
    return {name: p.grad.square().clone() for name, p in model.named_parameters() if p.grad is not None}


def fisher(model, seen, how):
    total = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    for row, own in zip(IDS, OWN):
        ids = torch.tensor([row])
        mask = (ids != 0).long()
        if how == "empirical":
            weighed = [(1.0, squares(model, ids, mask, lambda z: torch.log_softmax(z, 0)[own]))]
        else:
            with torch.no_grad():
                p = torch.softmax(model(input_ids=ids, attention_mask=mask).logits[0][seen], 0)
            weighed = [(p[k].item(), squares(model, ids, mask, lambda z, k=k: torch.log_softmax(z[seen], 0)[k])) for k in range(len(seen))]
        for share, one in weighed:
            for name, value in one.items():
                total[name] += share * value
    return {name: value.flatten().tolist() for name, value in total.items()}


def make(golden):
    config = BertConfig(**CONFIG, num_labels=LABELS, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager")
    model = BertForSequenceClassification(config).double().eval()
    with torch.no_grad():
        for k, (name, p) in enumerate(model.named_parameters()):
            at = torch.arange(p.numel(), dtype=torch.float64)
            p.copy_((0.4 * torch.sin(1.7 * at + k) + (1.0 if name.endswith("LayerNorm.weight") else 0.0)).reshape(p.shape))
    weights = {name: {"shape": list(p.shape), "values": p.detach().flatten().tolist()} for name, p in model.named_parameters()}
    runs = [{"how": how, "seen": seen, "squares": fisher(model, seen, how)} for how, seen in (("exact", [0, 1, 2, 3]), ("exact", [0, 2]), ("empirical", [0, 1, 2, 3]))]
    assert all(math.isfinite(one) for run in runs for values in run["squares"].values() for one in values)
    with open(os.path.join(golden, "fisher.json"), "w") as f:
        json.dump({"config": CONFIG, "labels": LABELS, "ids": IDS, "own": OWN, "weights": weights, "runs": runs}, f)
