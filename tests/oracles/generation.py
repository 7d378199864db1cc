"""What transformers' generate writes with the small decoders of tests/fixtures: unequal prompts in one batch, greedily and by beams."""
import json
import os

import torch
from transformers import AutoModelForCausalLM, GenerationConfig

from numbers_of_tunebook import whole

MODELS = ["gpt2-plain", "gpt2-odd", "llama-grouped", "llama-odd", "mistral-window", "qwen2-bias", "gemma-shared", "cohere-parallel",
    "gemma2-capped", "gemma3_text-near", "qwen3-normed"]
LENGTHS, MOST = [3, 7, 1, 5], 12
SETTINGS = [
    {},
    {"repetition_penalty": 1.4},
    {"num_beams": 3},
    {"num_beams": 2, "length_penalty": 0.0, "ends": 2},
    {"ends": 3},
]


def make(golden, fixtures):
    result = {name: cases(name, AutoModelForCausalLM.from_pretrained(os.path.join(fixtures, name)).eval()) for name in MODELS}
    with open(os.path.join(golden, "generation.json"), "w") as file:
        json.dump(result, file)
        file.write("\n")


def cases(name, model):
    model.generation_config.eos_token_id = None  # else it stands in where none is given
    size = model.config.vocab_size
    prompts = [whole(f"{name}/prompt/{i}", length, size) for i, length in enumerate(LENGTHS)]
    written = []
    for settings in SETTINGS:
        given = dict(settings)
        ends = frequent(model, prompts, given.pop("ends", 0))
        texts, scores = run(model, prompts, ends, given)
        written.append({"settings": {"num_beams": 1, "repetition_penalty": 1.0, "length_penalty": 1.0, **given}, "ends": ends, "texts": texts, "scores": scores})
    return {"prompts": prompts, "most": MOST, "cases": written}


def frequent(model, prompts, count):
    """The tokens that it writes most often, so that texts do end early."""
    if count == 0:
        return []
    tokens = [token for text in run(model, prompts, [], {})[0] for token in text[2:]]
    return sorted(set(tokens), key=lambda t: (-tokens.count(t), t))[:count]


def run(model, prompts, ends, settings):
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    beams = settings.get("num_beams", 1) > 1
    config = GenerationConfig(do_sample=False, max_new_tokens=MOST, pad_token_id=0, eos_token_id=ends or None, early_stopping=False,
        return_dict_in_generate=True, output_scores=True, **settings)
    with torch.inference_mode():
        # A repetition penalty would also count the padding: such texts are written one by one.
        batches = [(ids, mask)] if "repetition_penalty" not in settings else [(torch.tensor([p]), torch.ones(1, len(p), dtype=torch.long)) for p in prompts]
        outs = [(model.generate(i, attention_mask=m, generation_config=config), i.shape[1]) for i, m in batches]
    texts = [cropped(row[start:].tolist(), ends) for out, start in outs for row in out.sequences]
    return texts, [s for out, _ in outs for s in out.sequences_scores.tolist()] if beams else None


def cropped(tokens, ends):
    for i, token in enumerate(tokens):
        if token in ends:
            return tokens[: i + 1]
    return tokens
