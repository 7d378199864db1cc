"""Small decoders of odd configurations: weights, adapters, logits, losses of next-token training. Weights come from the generator."""
import json
import os

import torch
from peft import get_peft_model_state_dict
from safetensors.numpy import save_file
from transformers import AutoConfig, AutoModelForCausalLM, GPT2Model

from numbers_of_tunebook import uniform, whole
from tiny_bert import kept
from training import lora, settings, start_adapter, train

GPT2 = dict(model_type="gpt2", bos_token_id=0, eos_token_id=0)
LLAMA = dict(bos_token_id=0, eos_token_id=0, rms_norm_eps=1e-5)
MODELS = {
    "gpt2-plain": dict(**GPT2, vocab_size=120, n_positions=40, n_embd=24, n_layer=2, n_head=3),
    "gpt2-odd": dict(**GPT2, vocab_size=83, n_positions=21, n_embd=20, n_layer=3, n_head=2, n_inner=50, activation_function="relu",
        layer_norm_epsilon=1e-3, scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True, tie_word_embeddings=False),
    "gpt2-body": dict(**GPT2, vocab_size=64, n_positions=32, n_embd=16, n_layer=1, n_head=1, activation_function="gelu"),
    "llama-grouped": dict(**LLAMA, model_type="llama", vocab_size=130, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=True, rope_theta=5000.0,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)),
    "llama-odd": dict(**LLAMA, model_type="llama", vocab_size=97, hidden_size=20, intermediate_size=33, num_hidden_layers=3,
        num_attention_heads=2, num_key_value_heads=1, head_dim=6, max_position_embeddings=32, tie_word_embeddings=False,
        attention_bias=True, mlp_bias=True, hidden_act="gelu", rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=700.0)),
    "llama-yarn": dict(**LLAMA, model_type="llama", vocab_size=70, hidden_size=16, intermediate_size=24, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=64, tie_word_embeddings=True,
        rope_parameters=dict(rope_type="yarn", factor=4.0, rope_theta=10000.0, original_max_position_embeddings=16)),
    "mistral-window": dict(**LLAMA, model_type="mistral", vocab_size=90, hidden_size=24, intermediate_size=36, num_hidden_layers=2,
        num_attention_heads=3, num_key_value_heads=3, max_position_embeddings=48, tie_word_embeddings=False, sliding_window=4),
    "qwen2-bias": dict(**LLAMA, model_type="qwen2", vocab_size=110, hidden_size=24, intermediate_size=44, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=40, tie_word_embeddings=True),
    "gemma-shared": dict(model_type="gemma", bos_token_id=2, eos_token_id=1, pad_token_id=None, vocab_size=75, hidden_size=20,
        intermediate_size=32, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, head_dim=8, max_position_embeddings=48,
        hidden_act="gelu", rms_norm_eps=1e-5),
    "gemma2-capped": dict(model_type="gemma2", bos_token_id=2, eos_token_id=1, pad_token_id=None, vocab_size=74, hidden_size=20,
        intermediate_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=6, max_position_embeddings=48,
        query_pre_attn_scalar=5, sliding_window=4, attn_logit_softcapping=2.0, final_logit_softcapping=8.0),
    "gemma3_text-near": dict(model_type="gemma3_text", bos_token_id=2, eos_token_id=1, pad_token_id=None, vocab_size=71, hidden_size=16,
        intermediate_size=28, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=1, head_dim=6, max_position_embeddings=48,
        query_pre_attn_scalar=5, sliding_window=4, sliding_window_pattern=3),
    "qwen3-normed": dict(**LLAMA, model_type="qwen3", vocab_size=77, hidden_size=20, intermediate_size=30, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=6, max_position_embeddings=40, tie_word_embeddings=False),
    "cohere-parallel": dict(model_type="cohere", bos_token_id=0, eos_token_id=0, pad_token_id=None, vocab_size=72, hidden_size=24,
        intermediate_size=36, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=48,
        logit_scale=0.5, rope_theta=1000.0),
}
TARGETS = {"gpt2": ["c_attn"]}
STEPS, BATCH = 10, 4


def make(golden, fixtures):
    for name, shape in MODELS.items():
        folder = os.path.join(fixtures, name)
        os.makedirs(folder, exist_ok=True)
        write_folder(folder, name, shape)
        result = {"model": name, "forward": [forward(folder, name, shape, case) for case in range(4)]}
        batches = [batch_of(f"{name}/train/{step}", shape, BATCH, 5 + step) for step in range(STEPS)]
        result["batches"] = [{**b, "labels": labels_of(b)} for b in batches]
        result["full"] = full(folder, result["batches"])
        result["lora"] = adapted(folder, name, shape, result["batches"])
        with open(os.path.join(golden, f"{name}.json"), "w") as file:
            json.dump(result, file)


def write_folder(folder, name, shape):
    body = name.endswith("-body")
    config = {**shape, "initializer_range": 0.02}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
        file.write("\n")
    configured = AutoConfig.from_pretrained(folder)
    model = GPT2Model(configured) if body else AutoModelForCausalLM.from_config(configured)
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if key == "lm_head.weight" and configured.tie_word_embeddings:
            continue
        norm = "norm" in key or ".ln_" in f".{key}"
        spread = uniform(f"{name}/{key}", tuple(value.shape), 0.1 if norm or key.endswith("bias") else 0.4)
        weights[key] = (spread + 1).astype("float32") if norm and key.endswith("weight") else spread
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")


def batch_of(name, shape, rows, longest, left=False):
    """Random ids; row i keeps a different length, the rest is padding, after the text or before it."""
    lengths = [1 + whole(f"{name}/length/{i}", 1, longest)[0] for i in range(rows)]
    lengths[0] = longest
    ids = [whole(f"{name}/ids/{i}", n, shape["vocab_size"]) for i, n in enumerate(lengths)]
    pad = lambda row: [0] * (longest - len(row)) + row if left else row + [0] * (longest - len(row))
    batch = {"input_ids": [pad(row) for row in ids], "attention_mask": [pad([1] * n) for n in lengths]}
    if left:
        batch["positions"] = [pad(list(range(n))) for n in lengths]
    return batch


def labels_of(batch):
    """Every third row begins with an untrained part, as a prompt would be."""
    return [
        [i if m and not (r % 3 == 1 and at < len(ids) // 3) else -100 for at, (i, m) in enumerate(zip(ids, mask))]
        for r, (ids, mask) in enumerate(zip(batch["input_ids"], batch["attention_mask"]))
    ]


def forward(folder, name, shape, case):
    longest = min(24, shape.get("n_positions") or shape["max_position_embeddings"])
    rows, length = [(3, 7), (1, 1), (2, longest), (4, 11)][case]
    inputs = batch_of(f"{name}/forward/{case}", shape, rows, length, left=case == 3)
    tensors = {("position_ids" if k == "positions" else k): torch.tensor(v) for k, v in inputs.items()}
    with torch.no_grad():
        return {"inputs": inputs, "logits": rounded(load(folder).eval()(**tensors).logits.tolist())}


def full(folder, batches):
    model = load(folder)
    return {**settings(rate=1e-3), **train(model, batches, rate=1e-3), "final": kept(untied(model))}


def untied(model):
    tied = model.config.tie_word_embeddings
    return {k: v for k, v in model.state_dict().items() if not (tied and k == "lm_head.weight")}


def adapted(folder, name, shape, batches):
    targets = TARGETS.get(shape["model_type"], ["q_proj", "v_proj"])
    model = lora(load(folder), rank=3, alpha=5, targets=targets, task="CAUSAL_LM")
    fixture = os.path.join(folder, "adapter")
    start = start_adapter(model, name)
    os.makedirs(fixture, exist_ok=True)
    save_file({k: v.numpy() for k, v in start.items()}, os.path.join(fixture, "adapter_model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(fixture, "adapter_config.json"), "w") as file:
        json.dump({"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 3, "lora_alpha": 5, "lora_dropout": 0.0, "bias": "none",
            "target_modules": targets, "inference_mode": False, "fan_in_fan_out": shape["model_type"] == "gpt2",
            "use_rslora": False, "use_dora": False}, file, indent=2)
        file.write("\n")
    trained = train(model, batches, rate=5e-3)
    return {"rank": 3, "alpha": 5, "targets": targets, **settings(rate=5e-3), **trained, "final": kept(get_peft_model_state_dict(model))}


def rounded(values):
    return [rounded(v) for v in values] if isinstance(values, list) else round(values, 6)
