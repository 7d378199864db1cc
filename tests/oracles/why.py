"""Gradient times input of the small BERTs of tests/fixtures/models, in float64: PyTorch's, which is captum's InputXGradient summed over the width."""
import json
import os

import torch

from tiny_bert import MODELS, batch_of, load


def make(golden, fixtures):
    made = []
    for name, shape in MODELS.items():
        if shape["labels"] is None:
            continue
        model = load(os.path.join(fixtures, name), shape["labels"]).double().eval()
        inputs = batch_of(f"{name}/why", shape, 4, 11)
        tensors = {k: torch.tensor(v) for k, v in inputs.items()}
        words = model.bert.embeddings.word_embeddings(tensors.pop("input_ids")).detach().requires_grad_()
        logits = model(inputs_embeds=words, **tensors).logits
        chosen = logits.argmax(-1)
        logits.gather(1, chosen[:, None]).sum().backward()
        made.append({"model": name, "inputs": inputs, "chosen": chosen.tolist(), "why": (words.grad * words).sum(-1).tolist()})
    with open(os.path.join(golden, "why.json"), "w") as file:
        json.dump(made, file)
        file.write("\n")
