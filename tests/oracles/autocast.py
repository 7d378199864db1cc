"""The training of a tiny BERT under PyTorch's bf16 autocast: what mixed precision does to the losses of the f32 oracle."""
import json
import os

import torch

from tiny_bert import load
from training import train

NAME = "bert-plain"


def make(golden, fixtures):
    with open(os.path.join(golden, f"{NAME}.json")) as file:
        batches = json.load(file)["batches"]
    model = load(os.path.join(fixtures, NAME), 1)
    plain = model.forward

    def forward(**batch):
        # Around each forward pass: autocast keeps what it cast until it is left.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return plain(**batch)

    model.forward = forward
    trained = train(model, batches, rate=1e-3)
    with open(os.path.join(golden, f"{NAME}-autocast.json"), "w") as file:
        json.dump({"model": NAME, "losses": trained["losses"]}, file)
