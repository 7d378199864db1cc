"""Heads of masked tokens (...ForMaskedLM) on the small encoders of encoders.py: logits, ten steps of full, LoRA, prompt tuning.

No weights are kept: they come from the generator by name, as in encoders.py; PEFT's adapter starts at spread 0.05. With LoRA
the head trains too, the word embeddings that it may read do not."""
import json
import os

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoConfig, AutoModelForMaskedLM

import encoders
from encoders import batch_of, rounded, start
from numbers_of_tunebook import uniform, whole
from training import settings, train

HEADS = ("cls.predictions.", "lm_head.", "vocab_")
UNTIED = ("left", "plain", "types", "layer-norm", "xlm", "silu", "wide-words")
TARGETS = {"distilbert": ["q_lin", "v_lin"]}
KEPT = {"bert": ("tinybert", "left", "types")}
PROMPTED = ("tinybert", "plain", "xlm", "layer-norm")
STEPS, BATCH, VIRTUAL = 10, 3, 4


def make(golden):
    made = []
    for family, models in encoders.FAMILIES.items():
        for name, (config, o) in models.items():
            if name not in KEPT.get(family, models):
                continue
            config = {"model_type": family, **config, "tie_word_embeddings": name not in UNTIED}
            config.pop("num_labels")
            made.append(one(f"masked-{family}-{name}", family, config, left=o.get("left", False), inner=o.get("inner", False)))
    with open(os.path.join(golden, "masked-encoders.json"), "w") as file:
        json.dump(made, file)
        file.write("\n")


def one(name, family, config, left, inner):
    padded = dict(name=name, config=config, left=left, inner=inner)
    model = build(name, config)
    batches = [masked(batch_of(f"{name}/train/{step}", BATCH, 4 + step % 5, **padded), f"{name}/hidden/{step}") for step in range(STEPS)]
    inputs = batch_of(f"{name}/forward", 2, 6, **padded)
    with torch.no_grad():
        logits = model(**{k: torch.tensor(v) for k, v in inputs.items()}).logits
    shapes = {k: list(v.shape) for k, v in parameters(model).items()}
    result = {"name": name, "config": {k: v for k, v in model.config.to_dict().items() if k not in encoders.NOISE}, "shapes": shapes,
        "forward": {"inputs": inputs, "logits": rounded(logits.tolist())}, "batches": batches}
    result["full"] = {**settings(rate=3e-3), **train(model, batches, rate=3e-3)}
    result["lora"] = adapted(name, build(name, config), TARGETS.get(family, ["query", "value"]), batches)
    if name.split("-", 2)[2] in PROMPTED:
        prompted = Prompted(name, build(name, config))
        result["prompt_tuning"] = {**settings(rate=5e-3), **train(prompted, batches, rate=5e-3)}
    return result


class Prompted(torch.nn.Module):
    """PEFT has no such task; its prompt tuning of encoders puts vectors before the embedded text, and here the head trains too."""

    def __init__(self, name, model):
        super().__init__()
        embedded = model.get_input_embeddings().weight
        for key, parameter in model.named_parameters():
            parameter.requires_grad = key.startswith(HEADS) and parameter is not embedded
        self.model = model
        self.prompts = torch.nn.Parameter(torch.tensor(uniform(f"{name}/prompt_embeddings", (VIRTUAL, embedded.shape[1]), 0.2)).double())

    def forward(self, input_ids, attention_mask, labels, token_type_ids=None):
        longer = lambda x, value: torch.cat([torch.full((len(x), VIRTUAL), value), x], 1)
        words = torch.cat([self.prompts.expand(len(input_ids), -1, -1), self.model.get_input_embeddings()(input_ids)], 1)
        types = {} if token_type_ids is None else {"token_type_ids": longer(token_type_ids, 0)}
        return self.model(inputs_embeds=words, attention_mask=longer(attention_mask, 1), labels=longer(labels, -100), **types)


def build(name, config):
    config = dict(config)
    configured = AutoConfig.for_model(config.pop("model_type"), attn_implementation="eager", **config)
    model = AutoModelForMaskedLM.from_config(configured).eval()
    model.load_state_dict(start(name, parameters(model)), strict=False)
    model.tie_weights()
    # In float32 a ReLU that rounding turns on or off moves a gradient's norm by more than parity allows.
    return model.double()


def parameters(model):
    """As a checkpoint holds them: what is tied once, under the name of the body or the bias."""
    tied = model._tied_weights_keys if model.config.tie_word_embeddings else ()
    return {k: v for k, v in model.named_parameters(remove_duplicate=False) if k not in tied}


def masked(batch, at):
    """A third of the real places, and the first of them at least, is learnt; half of these are hidden by token 3."""
    width = len(batch["input_ids"][0])
    drawn = whole(at, BATCH * width, 6)
    ids, labels = [], []
    for r, (row, mask) in enumerate(zip(batch["input_ids"], batch["attention_mask"])):
        learnt = [m and (drawn[r * width + c] < 2 or mask.index(1) == c) for c, m in enumerate(mask)]
        labels.append([i if l else -100 for i, l in zip(row, learnt)])
        ids.append([3 if l and drawn[r * width + c] % 2 else i for c, (i, l) in enumerate(zip(row, learnt))])
    return {**batch, "input_ids": ids, "labels": labels}


def adapted(name, model, targets, batches):
    model = get_peft_model(model, LoraConfig(r=3, lora_alpha=5, lora_dropout=0.0, target_modules=targets))
    begun = {k: torch.tensor(uniform(f"{name}/{k}", tuple(v.shape), 0.05)) for k, v in sorted(get_peft_model_state_dict(model).items())}
    set_peft_model_state_dict(model, begun)
    embedded = model.get_base_model().get_input_embeddings().weight
    for key, parameter in model.named_parameters():
        if any(f".{head}" in f".{key}" for head in HEADS) and parameter is not embedded:
            parameter.requires_grad = True
    return {"targets": targets, "shapes": {k: list(v.shape) for k, v in begun.items()}, **settings(rate=5e-3), **train(model, batches, rate=5e-3)}
