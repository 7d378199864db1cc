"""Frequencies and attention factors of every kind of rope scaling, as transformers computes them."""
import json
import os

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

SIZES = [(64, 10000.0, 2048), (128, 500000.0, 8192), (20, 1000.0, 40)]
OLD = lambda positions: positions // 4
SCALINGS = {
    "default": lambda size, positions: [{}],
    "linear": lambda size, positions: [{"factor": 4.0}, {"factor": 1.5}],
    "dynamic": lambda size, positions: [{"factor": 2.0}, {"factor": 2.0, "length": positions * 3}],
    "llama3": lambda size, positions: [
        {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": OLD(positions)},
        {"factor": 32.0, "low_freq_factor": 1.5, "high_freq_factor": 2.0, "original_max_position_embeddings": OLD(positions)},
    ],
    "yarn": lambda size, positions: [
        {"factor": 4.0, "original_max_position_embeddings": OLD(positions)},
        {"factor": 40.0, "original_max_position_embeddings": OLD(positions), "mscale": 1.0, "mscale_all_dim": 0.8},
        {"factor": 4.0, "original_max_position_embeddings": OLD(positions), "attention_factor": 1.25, "beta_fast": 16.0, "beta_slow": 2.0},
        {"factor": 4.0, "original_max_position_embeddings": OLD(positions), "truncate": False},
    ],
    "longrope": lambda size, positions: [
        {
            "short_factor": [1.0 + i / 50 for i in range(size // 2)],
            "long_factor": [1.0 + i for i in range(size // 2)],
            "original_max_position_embeddings": OLD(positions),
            **more,
        }
        for more in ({"factor": 4.0}, {"factor": 4.0, "length": positions}, {"factor": 4.0, "attention_factor": 1.5})
    ],
}


def make(golden):
    cases = []
    for size, theta, positions in SIZES:
        for kind, variants in SCALINGS.items():
            for variant in variants(size, positions):
                frequencies, factor = computed(size, theta, positions, kind, dict(variant))
                scaling = {"type": kind, **variant}
                cases.append(dict(size=size, theta=theta, positions=positions, scaling=scaling, frequencies=frequencies, factor=factor))
    with open(os.path.join(golden, "rope.json"), "w") as file:
        json.dump(cases, file)


def computed(size, theta, positions, kind, variant):
    length = variant.pop("length", None)
    config = LlamaConfig(
        hidden_size=size * 2,
        num_attention_heads=2,
        max_position_embeddings=positions,
        rope_parameters={"rope_type": kind, "rope_theta": theta, **variant},
    )
    if kind == "default":
        frequencies, factor = LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    else:
        frequencies, factor = ROPE_INIT_FUNCTIONS[kind](config, None, seq_len=length)
    return frequencies.tolist(), float(factor)
