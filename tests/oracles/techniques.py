"""PEFT's techniques and BitFit on three small models: losses of ten steps, logits, and the adapters as PEFT itself writes them."""
import json
import os
import shutil

import torch
from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig
from peft import get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

import tiny_bert
import tiny_decoders
from numbers_of_tunebook import uniform, whole
from tiny_bert import kept
from training import settings, train

MODELS = ("bert-plain", "gpt2-plain", "llama-grouped")
TARGETS = {"bert": ["query", "value"], "gpt2": ["c_attn"], "llama": ["q_proj", "v_proj"]}
SCALED = {"bert": (["key", "value"], ["output.dense"]), "gpt2": (["c_attn"], ["mlp.c_proj"]), "llama": (["k_proj", "v_proj"], ["down_proj"])}
STEPS, BATCH = 10, 4


def configs(family, task):
    keys, inner = SCALED[family]
    common = dict(task_type=task)
    low = dict(**common, r=3, lora_alpha=5, lora_dropout=0.0, target_modules=TARGETS[family], fan_in_fan_out=family == "gpt2")
    return {
        "rslora": LoraConfig(**low, use_rslora=True),
        "dora": LoraConfig(**low, use_dora=True),
        "ia3": IA3Config(**common, target_modules=keys + inner, feedforward_modules=inner, fan_in_fan_out=family == "gpt2"),
        "prompt_tuning": PromptTuningConfig(**common, num_virtual_tokens=4),
        "prefix_tuning": PrefixTuningConfig(**common, num_virtual_tokens=3),
    }


def make(golden, fixtures):
    adapters = os.path.join(fixtures, "..", "adapters")
    for name in MODELS:
        family = name.split("-")[0]
        folder = os.path.join(fixtures, name)
        labelled = family == "bert"
        shape = dict((tiny_bert if labelled else tiny_decoders).MODELS[name])
        batches = [batch_of(name, shape, step, labelled) for step in range(STEPS)]
        result = {"model": name, "batches": batches}
        if family != "llama":
            result["bitfit"] = bitfit(load(folder, labelled), batches)
        for technique, config in configs(family, "SEQ_CLS" if labelled else "CAUSAL_LM").items():
            base = load(folder, labelled)
            base = with_past(base) if labelled and technique == "prefix_tuning" else base
            out = os.path.join(adapters, f"{name}-{technique}")
            result[technique] = adapted(base, config, f"{name}/{technique}", batches, out)
        with open(os.path.join(golden, f"techniques-{name}.json"), "w") as file:
            json.dump(result, file)


def load(folder, labelled):
    return tiny_bert.load(folder, 1) if labelled else tiny_decoders.load(folder)


def with_past(model):
    """PEFT looks for BERT's parameter by the name it had before it was called `cache`, and BERT's mask ends where its own keys do."""
    inner = model.bert.forward

    def forward(input_ids=None, attention_mask=None, token_type_ids=None, past_key_values=None, **_):
        seen = attention_mask[:, None, None, :].expand(-1, 1, input_ids.shape[1], -1)
        hidden = torch.where(seen > 0, 0.0, torch.finfo(torch.float32).min)
        return inner(input_ids=input_ids, attention_mask=hidden, token_type_ids=token_type_ids, cache=past_key_values)

    model.bert.forward = forward
    return model


def batch_of(name, shape, step, labelled):
    title, longest = f"{name}/technique/{step}", 4 + step
    if not labelled:
        batch = tiny_decoders.batch_of(title, shape, BATCH, longest)
        # With virtual tokens before it PEFT would train a text's first token too; here it is given, as without them.
        return {**batch, "labels": [[-100, *row[1:]] for row in tiny_decoders.labels_of(batch)]}
    batch = tiny_bert.batch_of(title, shape, BATCH, longest)
    return {**batch, "labels": whole(f"{title}/labels", BATCH, shape["labels"])}


def bitfit(model, batches):
    for key, parameter in model.named_parameters():
        parameter.requires_grad = key.endswith(".bias") or key.startswith("classifier.")
    trained = train(model, batches, rate=5e-3)
    moved = {k: v for k, v in model.state_dict().items() if k.endswith(".bias") or k.startswith("classifier.")}
    return {**settings(rate=5e-3), **trained, "final": brief(kept(moved))}


def adapted(base, config, title, batches, out):
    model = get_peft_model(base, config)
    state = get_peft_model_state_dict(model)
    fresh = {k: torch.tensor(beginning(f"{title}/{k}", k, tuple(v.shape))) for k, v in sorted(state.items())}
    set_peft_model_state_dict(model, fresh)
    shutil.rmtree(out, ignore_errors=True)
    model.save_pretrained(out)
    os.remove(os.path.join(out, "README.md"))
    plain(os.path.join(out, "adapter_config.json"))
    model.eval()
    with torch.no_grad():
        inputs = {k: torch.tensor(v) for k, v in batches[0].items() if k != "labels"}
        logits = model(**inputs).logits.tolist()
    trained = train(model, batches, rate=5e-3)
    final = brief(kept(get_peft_model_state_dict(model)))
    return {**settings(rate=5e-3), "logits": tiny_decoders.rounded(logits[:1]), **trained, "final": final}


def beginning(title, key, shape):
    spread = uniform(title, shape, 0.2)
    return (spread + 1).astype("float32") if key.endswith(("ia3_l", "lora_magnitude_vector")) else spread


def brief(sums):
    return {k: {"sum": v["sum"], "squares": v["squares"]} for k, v in sums.items()}


def plain(file):
    """The base's folder is this machine's own, and PEFT keeps lists as sets, of no order."""
    with open(file) as f:
        config = json.load(f)
    config = {k: sorted(v) if isinstance(v, list) else v for k, v in config.items()}
    config["base_model_name_or_path"] = "base"
    with open(file, "w") as f:
        json.dump(config, f, indent=2, sort_keys=True)
        f.write("\n")
