"""What rows say, each cut to a length and summed, by Opacus in float64: gradients of single rows by its GradSampleModule, cut and summed by its DPOptimizer without noise. Tiny models of transformers; `lora`: linear layers beside frozen ones."""

import json
import os
import sys

import torch
from opacus.grad_sample import GradSampleModule
from opacus.optimizers import DPOptimizer
from torch import nn
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

BERT = dict(vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=8)
GPT2 = dict(vocab_size=20, n_positions=8, n_embd=8, n_layer=2, n_head=2)
IDS = [[2, 5, 7, 5, 3], [2, 9, 3, 4, 4], [2, 11, 12, 13, 3], [2, 5, 5, 3, 4], [2, 19, 4, 3, 4]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 0], [1, 1, 1, 1, 0]]
OWN = [0, 2, 1, 1, 0]
LABELS = 3
RANK, ALPHA = 2, 5


class Lora(nn.Module):
    """A frozen layer, and beside it two small ones that train."""

    def __init__(self, layer, width, out):
        super().__init__()
        self.base = layer
        self.lora_A = nn.Linear(width, RANK, bias=False)
        self.lora_B = nn.Linear(RANK, out, bias=False)

    def forward(self, x):
        return self.base(x) + self.lora_B(self.lora_A(x)) * (ALPHA / RANK)


def fill(model):
    with torch.no_grad():
        for k, (name, p) in enumerate(model.named_parameters()):
            at = torch.arange(p.numel(), dtype=torch.float64)
            scale = name.endswith("LayerNorm.weight") or ".ln_" in name and name.endswith("weight")
            p.copy_((0.4 * torch.sin(1.7 * at + k) + (1.0 if scale else 0.0)).reshape(p.shape))


def bert(technique):
    config = BertConfig(**BERT, num_labels=LABELS, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager")
    model = BertForSequenceClassification(config).double()
    if technique == "lora":
        model.bert.requires_grad_(False)
        for layer in model.bert.encoder.layer:
            own = layer.attention.self
            own.query = Lora(own.query, 8, 8).double()
            own.value = Lora(own.value, 8, 8).double()
            layer.attention.output.dense = Lora(layer.attention.output.dense, 8, 8).double()
            layer.output.dense = Lora(layer.output.dense, 12, 8).double()
    fill(model)

    def losses(m):
        ids = torch.tensor(IDS)
        places = torch.arange(ids.shape[1]).expand_as(ids).contiguous()
        logits = m(input_ids=ids, attention_mask=torch.tensor(MASK), position_ids=places, token_type_ids=torch.zeros_like(ids)).logits
        return nn.functional.cross_entropy(logits, torch.tensor(OWN), reduction="none")

    return model, losses


def gpt2(_technique):
    config = GPT2Config(**GPT2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, attn_implementation="eager")
    model = GPT2LMHeadModel(config).double()
    model.requires_grad_(False)
    for block in model.transformer.h:
        block.attn.c_attn = Lora(block.attn.c_attn, 8, 24).double()
        block.mlp.c_proj = Lora(block.mlp.c_proj, 32, 8).double()
    fill(model)

    def losses(m):
        ids, mask = torch.tensor(IDS), torch.tensor(MASK)
        places = torch.arange(ids.shape[1]).expand_as(ids).contiguous()
        logits = m(input_ids=ids, attention_mask=mask, position_ids=places, use_cache=False).logits[:, :-1]
        wanted = torch.where(mask[:, 1:] == 1, ids[:, 1:], -100)
        each = nn.functional.cross_entropy(logits.transpose(1, 2), wanted, reduction="none", ignore_index=-100)
        return each.sum(1) / (wanted != -100).sum(1)

    return model, losses


def flat(t):
    return t.detach().flatten().tolist()


def run(name, technique, made, config):
    model, losses = made(technique)
    weights = {n.replace(".base.", "."): {"shape": list(p.shape), "values": flat(p)} for n, p in model.named_parameters()}
    sampled = GradSampleModule(model, loss_reduction="sum")
    trains = [(n.removeprefix("_module."), p) for n, p in sampled.named_parameters() if p.requires_grad]
    each = losses(sampled)
    each.sum().backward()
    norms = torch.stack([p.grad_sample.flatten(1).norm(dim=1) for _, p in trains], 1).norm(dim=1)
    clip = float((norms.min() + norms.max()) / 2)
    optimizer = DPOptimizer(torch.optim.SGD([p for _, p in trains], lr=0.0), noise_multiplier=0.0, max_grad_norm=clip, expected_batch_size=len(IDS), loss_reduction="sum")
    optimizer.clip_and_accumulate()
    sums = {n.replace(".base.", "."): flat(p.summed_grad) for n, p in trains}
    assert norms.min() < clip < norms.max()
    return {"name": name, "technique": technique, "config": config, "weights": weights, "losses": flat(each), "norms": flat(norms), "clip": clip, "sums": sums}


def make(golden):
    torch.manual_seed(0)
    cases = [run("bert", "full", bert, BERT), run("bert", "lora", bert, BERT), run("gpt2", "lora", gpt2, GPT2)]
    told = {"labels": LABELS, "rank": RANK, "alpha": ALPHA, "ids": IDS, "mask": MASK, "own": OWN, "cases": cases}
    with open(os.path.join(golden, "private-rows.json"), "w") as f:
        json.dump(told, f)


if __name__ == "__main__":
    make(sys.argv[1])
