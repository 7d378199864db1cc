"""The log-softmax of each token of a prompt after those before it, by small decoders in transformers."""
import json
import os

import torch
from transformers import AutoModelForCausalLM

from generation import MODELS
from numbers_of_tunebook import whole


def make(golden, fixtures):
    made = {}
    for name in MODELS:
        model = AutoModelForCausalLM.from_pretrained(os.path.join(fixtures, name)).eval()
        prompts = [whole(f"{name}/scored/{i}", length, model.config.vocab_size) for i, length in enumerate([1, 2, 17])]
        made[name] = [{"prompt": prompt, **scored(model, prompt)} for prompt in prompts]
    with open(os.path.join(golden, "prompt-likelihoods.json"), "w") as file:
        json.dump(made, file)
        file.write("\n")


def scored(model, prompt):
    with torch.no_grad():
        said = torch.log_softmax(model(torch.tensor([prompt])).logits[0, :-1], -1)
    return {"likelihoods": [said[i, token].item() for i, token in enumerate(prompt[1:])], "likeliest": said.argmax(-1).tolist()}
