"""SmolLM2-135M-Instruct from its GGUF file: greedy continuations, logits, and what the tokenizer says of nasty strings."""
import json
import os

import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

from tokenizer import strings

PROMPTS = [
    "The capital of France is",
    "Once upon a time, in a small village by the sea,",
    "def fibonacci(n):\n",
    "Water boils when",
    "My favourite season is autumn because",
    "The quick brown fox",
    "In physics, energy is",
    "Dear customer,\nthank you for your order.",
    "To make a good cup of tea, first",
    "The three most important inventions of mankind are",
    "She opened the letter and read:",
    "import numpy as np\n",
    "Roses are red,",
    "A healthy breakfast includes",
    "The moon is",
    "<|im_start|>user\nWhat is the largest planet?<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>user\nWrite a short poem about rain.<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>user\nExplain photosynthesis to a child.<|im_end|>\n<|im_start|>assistant\n",
    "Die Hauptstadt von Deutschland ist",
    "Q: How many legs does a spider have?\nA:",
]
NEW = 64
STRIDE = 769


def make(golden, file):
    folder, name = os.path.split(file)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
    with open(os.path.join(golden, "smollm2-greedy.json"), "w") as out:
        json.dump({"model": "SmolLM2-135M-Instruct", "new": NEW, "cases": [greedy(model, tokenizer, p) for p in PROMPTS]}, out)
    with open(os.path.join(golden, "smollm2-logits.json"), "w") as out:
        json.dump({"model": "SmolLM2-135M-Instruct", "stride": STRIDE, "cases": [logits(model, tokenizer, p) for p in PROMPTS[:3]]}, out)
    with open(os.path.join(golden, "smollm2-tokenizer.json"), "w", encoding="utf-8") as out:
        json.dump({"model": "SmolLM2-135M-Instruct", "cases": tokens(tokenizer)}, out)


def greedy(model, tokenizer, prompt):
    """`ids`: what is generated, up to and with the token that ends a text; `gap`: the closest race between the best two."""
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    with torch.no_grad():
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=NEW, pad_token_id=2,
            output_logits=True, return_dict_in_generate=True)
    best = [step[0].topk(2).values for step in out.logits]
    new = out.sequences[0, ids.shape[1] :].tolist()
    return {"prompt": prompt, "prompt_ids": ids[0].tolist(), "ids": new, "text": tokenizer.decode(new),
        "gap": round(min((b[0] - b[1]).item() for b in best), 4)}


def logits(model, tokenizer, prompt):
    """Every STRIDE-th logit of every position, and the greatest."""
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    with torch.no_grad():
        values = model(ids, attention_mask=torch.ones_like(ids)).logits[0]
    return {"ids": ids[0].tolist(), "sampled": values[:, ::STRIDE].tolist(), "best": values.argmax(-1).tolist()}


def tokens(tokenizer):
    """transformers forgets that SmolLM's tokenizer splits digits before anything else; here it does."""
    own = tokenizer.backend_tokenizer
    own.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)])
    return [{"text": s, "ids": own.encode(s).ids} for s in [*strings()][:250]]
