"""PEFT's techniques and BitFit on four small models: losses of ten steps, logits, and the adapters as PEFT itself writes them."""
import json
import os
import shutil

import torch
from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig
from peft import get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

import tiny_bert
import tiny_decoders
import tiny_t5
from numbers_of_tunebook import uniform, whole
from tiny_bert import kept
from training import settings, train

MODELS = ("bert-plain", "gpt2-plain", "llama-grouped", "t5-plain")
TARGETS = {"bert": ["query", "value"], "gpt2": ["c_attn"], "llama": ["q_proj", "v_proj"], "t5": ["q", "v"]}
SCALED = {"bert": (["key", "value"], ["output.dense"]), "gpt2": (["c_attn"], ["mlp.c_proj"]), "llama": (["k_proj", "v_proj"], ["down_proj"]),
    "t5": (["k", "v"], ["wo"])}
TASKS = {"bert": "SEQ_CLS", "t5": "SEQ_2_SEQ_LM"}
ROOMS = {"bert": tiny_bert, "t5": tiny_t5}
STEPS, BATCH = 10, 4


def configs(family, task):
    keys, inner = SCALED[family]
    common = dict(task_type=task)
    low = dict(**common, r=3, lora_alpha=5, lora_dropout=0.0, target_modules=TARGETS[family], fan_in_fan_out=family == "gpt2")
    return {
        "rslora": LoraConfig(**low, use_rslora=True),
        "dora": LoraConfig(**low, use_dora=True),
        "ia3": IA3Config(**common, target_modules=keys + inner, feedforward_modules=inner, fan_in_fan_out=family == "gpt2"),
        # Of an encoder-decoder PEFT would keep as many for the decoder, which it never uses.
        "prompt_tuning": PromptTuningConfig(**common, num_virtual_tokens=4, num_transformer_submodules=1),
        "prefix_tuning": PrefixTuningConfig(**common, num_virtual_tokens=3),
    }


def make(golden, fixtures):
    adapters = os.path.join(fixtures, "..", "adapters")
    for name in MODELS:
        family = name.split("-")[0]
        folder = os.path.join(fixtures, name)
        shape = dict(ROOMS.get(family, tiny_decoders).MODELS[name])
        batches = [batch_of(name, shape, step, family) for step in range(STEPS)]
        result = {"model": name, "batches": batches}
        if family in ("bert", "gpt2"):
            result["bitfit"] = bitfit(load(folder, family), batches)
        for technique, config in configs(family, TASKS.get(family, "CAUSAL_LM")).items():
            base = load(folder, family)
            base = with_past(base) if family == "bert" and technique == "prefix_tuning" else base
            out = os.path.join(adapters, f"{name}-{technique}")
            result[technique] = adapted(base, config, f"{name}/{technique}", batches, out)
        with open(os.path.join(golden, f"techniques-{name}.json"), "w") as file:
            json.dump(result, file)


def load(folder, family):
    # T5 drops within attention where no module can be turned off.
    how = {"t5": lambda: tiny_t5.load(folder, dropout_rate=0.0), "bert": lambda: tiny_bert.load(folder, 1)}
    return how.get(family, lambda: tiny_decoders.load(folder))()


def with_past(model):
    """PEFT looks for BERT's parameter by the name it had before it was called `cache`, and BERT's mask ends where its own keys do."""
    inner = model.bert.forward

    def forward(input_ids=None, attention_mask=None, token_type_ids=None, past_key_values=None, **_):
        seen = attention_mask[:, None, None, :].expand(-1, 1, input_ids.shape[1], -1)
        hidden = torch.where(seen > 0, 0.0, torch.finfo(torch.float32).min)
        return inner(input_ids=input_ids, attention_mask=hidden, token_type_ids=token_type_ids, cache=past_key_values)

    model.bert.forward = forward
    return model


def batch_of(name, shape, step, family):
    title, longest = f"{name}/technique/{step}", 4 + step
    if family == "t5":
        return tiny_t5.batch_of(title, shape, BATCH, longest, 3 + step)
    if family != "bert":
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
        if base.config.is_encoder_decoder:
            inputs["decoder_input_ids"] = base._shift_right(torch.tensor(batches[0]["labels"]))
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
