"""Weights in fewer bits, written from the papers' definitions with numpy, and losses of LoRA over bases rounded so (QLoRA).

int8 as bitsandbytes' int8_vectorwise_quant: by row, 127 / the greatest absolute value, rounded to even. NF4 as its
quantize_4bit: blocks of 64, the nearest of 16 levels, two codes a byte, the first in the high half. Its double
quantisation: scales less their mean, in blocks of 256, the nearest level of its dynamic map.
"""
import base64
import json
import os

import numpy as np
import torch
from peft import get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

import techniques
from numbers_of_tunebook import uniform
from training import settings, train

NF4 = np.array([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
                0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023,
                1.0], dtype=np.float32)
STORAGES = ("bf16", "int8", "nf4", "nf4-single")
TECHNIQUES = {"bert-plain": ("rslora", "dora"), "gpt2-plain": ("rslora",), "llama-grouped": ("rslora", "ia3")}


def dynamic_map():
    data = []
    for i in range(7):
        boundaries = torch.linspace(0.1, 1, 2**i + 1, dtype=torch.float32)
        means = (boundaries[:-1] + boundaries[1:]) / 2.0
        data += (10 ** (-6 + i) * means).tolist() + (-(10 ** (-6 + i)) * means).tolist()
    return np.array(sorted([*data, 0, 1.0]), dtype=np.float32)


def blockwise(x, block, levels):
    padded = np.zeros(-(-x.size // block) * block, dtype=np.float32)
    padded[: x.size] = x.reshape(-1)
    rows = padded.reshape(-1, block)
    scales = np.abs(rows).max(axis=1)
    unit = rows / np.where(scales == 0, np.float32(1), scales)[:, None]
    codes = np.abs(unit[..., None].astype(np.float64) - levels.astype(np.float64)).argmin(axis=-1)
    return codes.astype(np.uint8), scales


def stored(x, storage, axis=0):
    """The parts, and the numbers that they stand for."""
    if storage == "bf16":
        low = torch.tensor(x).to(torch.bfloat16)
        return {"codes": low.view(torch.int16).numpy()}, low.float().numpy()
    if storage == "int8":
        most = np.abs(x).max(axis=1 - axis, keepdims=True)
        scales = most / np.float32(127)
        codes = np.rint(x * np.float32(127) / np.where(most == 0, np.float32(1), most)).astype(np.int8)
        return {"codes": codes, "scales": scales.reshape(-1)}, codes.astype(np.float32) * scales
    codes, scales = blockwise(x, 64, NF4)
    parts = {"codes": (codes.reshape(-1)[::2] << 4) | codes.reshape(-1)[1::2], "scales": scales}
    if storage == "nf4":
        levels = dynamic_map()
        offset = np.float32(scales.astype(np.float64).mean())
        inner, of = blockwise(scales - offset, 256, levels)
        parts = {"codes": parts["codes"], "scale_codes": inner.reshape(-1), "scale_scales": of, "offset": offset.reshape(1)}
        scales = (levels[inner] * of[:, None]).reshape(-1)[: scales.size] + offset
    return parts, (NF4[codes] * scales[:, None]).reshape(-1)[: x.size].reshape(x.shape)


def packed(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def matrices():
    odd = uniform("storage/odd", (33, 40), 0.3)
    odd[4] = 0
    odd.reshape(-1)[640:704] = 0
    odd[7, 3], odd[20, 11] = 5, -7
    return {"odd": odd, "wide": uniform("storage/wide", (64, 300), 0.05) * np.abs(uniform("storage/spread", (64, 1), 4))}


def rounded(model, storage):
    """As a frozen base lies in memory here: linear layers as asked, tables of embeddings as bf16 but for one that is the head too."""
    head = model.get_output_embeddings()
    tables = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)}
    turned = {id(m.weight) for m in model.modules() if type(m).__name__ == "Conv1D"}
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() != 2 or p.numel() < 256 or name.startswith("classifier.") or (head and p is head.weight):
                continue
            how = "bf16" if id(p) in tables else storage
            p.copy_(torch.tensor(stored(p.numpy().copy(), how, axis=1 if id(p) in turned else 0)[1]))
    return model


def losses(fixtures, name, technique, storage):
    family = name.split("-")[0]
    labelled = family == "bert"
    shape = dict((techniques.tiny_bert if labelled else techniques.tiny_decoders).MODELS[name])
    batches = [techniques.batch_of(name, shape, step, family) for step in range(techniques.STEPS)]
    base = rounded(techniques.load(os.path.join(fixtures, name), family), storage)
    config = techniques.configs(family, "SEQ_CLS" if labelled else "CAUSAL_LM")[technique]
    model = get_peft_model(base, config)
    state = get_peft_model_state_dict(model)
    fresh = {k: torch.tensor(techniques.beginning(f"{name}/{technique}/{k}", k, tuple(v.shape))) for k, v in sorted(state.items())}
    set_peft_model_state_dict(model, fresh)
    model.eval()
    return {**settings(rate=5e-3), **train(model, batches, rate=5e-3)}


def make(golden, fixtures):
    result = {"dynamic": packed(dynamic_map()), "matrices": {}, "losses": {}}
    for name, x in matrices().items():
        kept = result["matrices"][name] = {"shape": x.shape, "bytes": packed(x), "stored": {}}
        for storage in STORAGES:
            parts, value = stored(x, storage)
            kept["stored"][storage] = {"parts": {k: packed(v) for k, v in parts.items()}, "value": packed(value)}
    for name, words in TECHNIQUES.items():
        for technique in words:
            for storage in STORAGES:
                trained = losses(fixtures, name, technique, storage)
                result["losses"][f"{name} {technique} {storage}"] = trained["losses"]
    with open(os.path.join(golden, "storage.json"), "w") as file:
        json.dump(result, file)
