"""k AdamW steps in PyTorch: the loop that Tunebook's training must equal (losses, gradient norms, rates, final weights)."""
from types import SimpleNamespace

import torch
from transformers import TrainingArguments, get_linear_schedule_with_warmup


def train(model, batches, *, rate, decay=0.01, clip=1.0, warmup=0.06):
    """One step per batch, with the schedule of transformers' Trainer for `lr_scheduler_type="linear"`."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    total = len(batches)
    optimizer = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
    warm = TrainingArguments.get_warmup_steps(SimpleNamespace(warmup_steps=warmup), total)
    schedule = get_linear_schedule_with_warmup(optimizer, warm, total)
    losses, norms, rates = [], [], []
    for batch in batches:
        rates.append(schedule.get_last_lr()[0])
        loss = model(**{k: torch.tensor(v) for k, v in batch.items()}).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, clip if clip is not None else float("inf"))
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        norms.append(norm.item())
    return {"losses": losses, "norms": norms, "rates": rates}


def settings(*, rate, decay=0.01, clip=1.0, warmup=0.06):
    return {
        "optimizer": {"learning_rate": rate, "weight_decay": decay, "betas": [0.9, 0.999], "epsilon": 1e-8},
        "schedule": {"linear": {"warmup": warmup}},
        "clip": clip,
        "dropout": 0,
    }


def lora(model, *, rank=8, alpha=16, targets=("query", "value"), task="SEQ_CLS"):
    from peft import LoraConfig, get_peft_model

    return get_peft_model(
        model,
        LoraConfig(task_type=task, r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=list(targets)),
    )


def start_adapter(model, fixture, *, scale=0.05):
    """Sets every adapter matrix (A and B) and the head from the generator, by name; returns them by saved name."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from numbers_of_tunebook import uniform

    state = get_peft_model_state_dict(model)
    fresh = {k: torch.tensor(uniform(f"{fixture}/{k}", tuple(v.shape), scale)) for k, v in sorted(state.items())}
    set_peft_model_state_dict(model, fresh)
    return fresh
