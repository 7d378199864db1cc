"""How likely transformers finds answers after prompts: small decoders by ids, SmolLM2 by texts with shots, written by its own chat template."""
import json
import os

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from generation import MODELS
from numbers_of_tunebook import whole

BEGINNING, LENGTHS, ANSWERS = 5, [3, 7, 1, 5], [1, 3, 2]

INSTRUCTION = "Is this review positive or negative?\n\n{text}"
SHOTS = [
    ("The battery died after a week.", "negative"),
    ("I have never slept better than on this pillow.", "positive"),
]
TEXTS = [
    "A wonderful film, warm and clever.",
    "It broke.",
    "Terrible service: nobody answered the phone, and the parcel came late and in pieces.",
    "Works as described, would buy again \U0001f600",
    "Not bad, not good either.\nI would not recommend it to a friend.",
]
LABELS = ["positive", "negative", "neither of the two"]


def make(golden, fixtures, file):
    small = {}
    for name in MODELS:
        model = AutoModelForCausalLM.from_pretrained(os.path.join(fixtures, name)).eval()
        size = model.config.vocab_size
        beginning = whole(f"{name}/beginning", BEGINNING, size)
        prompts = [beginning + whole(f"{name}/asked/{i}", length, size) for i, length in enumerate(LENGTHS)]
        answers = [whole(f"{name}/answer/{i}", length, size) for i, length in enumerate(ANSWERS)]
        small[name] = {"prompts": prompts, "answers": answers, "likelihoods": [[sum_of(model, p, a) for a in answers] for p in prompts]}
    with open(os.path.join(golden, "likelihoods.json"), "w") as out:
        json.dump({"small": small, "smollm2": smollm2(file)}, out)
        out.write("\n")


def smollm2(file):
    folder, name = os.path.split(file)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
    turns = [turn for text, label in SHOTS for turn in [("user", INSTRUCTION.replace("{text}", text)), ("assistant", label)]]
    cases = []
    for text in TEXTS:
        asked = [{"role": role, "content": content} for role, content in [*turns, ("user", INSTRUCTION.replace("{text}", text))]]
        prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
        ids = tokenizer(prompt, add_special_tokens=False).input_ids
        likelihoods = []
        for label in LABELS:
            both = tokenizer(prompt + label, add_special_tokens=False).input_ids
            assert both[: len(ids)] == ids
            likelihoods.append(sum_of(model, ids, both[len(ids) :]))
        cases.append({"text": text, "prompt": prompt, "tokens": len(ids), "likelihoods": likelihoods})
    return {"instruction": INSTRUCTION, "shots": SHOTS, "labels": LABELS, "cases": cases}


def sum_of(model, prompt, answer):
    """The sum of the log-probabilities of the answer's tokens: transformers' own loss is their mean, negative."""
    ids, labels = torch.tensor([prompt + answer]), torch.tensor([[-100] * len(prompt) + answer])
    with torch.inference_mode():
        return -model(ids, attention_mask=torch.ones_like(ids), labels=labels).loss.item() * len(answer)
