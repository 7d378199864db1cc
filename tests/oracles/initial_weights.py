"""How transformers begins a model of each family from scratch: mean and deviation of every parameter, and which rows are zero.
The configs are those that Tunebook makes of words (tests/fixtures/scratch/configs.json)."""
import json
import os

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "scratch")
CLASSES = {
    "text_generation": AutoModelForCausalLM,
    "text_classification": AutoModelForSequenceClassification,
    "text2text_generation": AutoModelForSeq2SeqLM,
}


def make(golden):
    with open(os.path.join(FIXTURES, "configs.json"), encoding="utf-8") as file:
        configs = json.load(file)
    result = {}
    for family, (task, given) in sorted(configs.items()):
        torch.manual_seed(0)
        config = dict(given)
        if task == "text_classification":
            config["num_labels"] = 3
        model = CLASSES[task].from_config(AutoConfig.for_model(config.pop("model_type"), **config))
        result[family] = {name: told(p.detach().double()) for name, p in model.named_parameters()}
    with open(os.path.join(golden, "initial-weights.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.write("\n")


def told(p):
    rows = [i for i, row in enumerate(p.reshape(p.shape[0], -1)) if not row.any()] if p.any() else None
    return {
        "shape": list(p.shape),
        "mean": p.mean().item(),
        "deviation": p.square().mean().sqrt().item(),
        "zeroRows": rows,
    }
