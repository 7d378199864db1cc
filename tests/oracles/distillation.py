"""Students and their teachers: logits of a model that has some of the teacher's blocks, and what DistilBERT, TinyBERT and MiniLMv2 lose.

No weights are kept: those of `<name>` and `<name>-student` come from the generator by name, as encoders.py starts them. A map from the
student's width to the teacher's is `uniform("<name>/map", [teacher, student], 0.4)`. Losses are means over rows, of each over its real tokens."""
import json
import math
import os

import torch
from torch.nn import functional as F
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

from encoders import NOISE, batch_of, start
from numbers_of_tunebook import uniform
from objectives import distilled

BERT = dict(vocab_size=41, hidden_size=12, num_attention_heads=2, intermediate_size=20, max_position_embeddings=24)
LLAMA = dict(vocab_size=41, hidden_size=16, num_attention_heads=4, num_key_value_heads=2, intermediate_size=20, max_position_embeddings=24)
# Teacher, what of it the student is, and which of its blocks the student has.
MODELS = {
    "bert": (dict(BERT, num_hidden_layers=6, num_labels=3), {}, [0, 2, 4]),
    "bert-narrow": (dict(BERT, num_hidden_layers=4, num_labels=3), dict(hidden_size=6, num_attention_heads=1, intermediate_size=10), None),
    "distilbert": (dict(vocab_size=41, dim=12, n_layers=4, n_heads=2, hidden_dim=20, max_position_embeddings=24, num_labels=2), {}, [0, 3]),
    "roberta": (dict(BERT, num_hidden_layers=3, max_position_embeddings=26, type_vocab_size=1, pad_token_id=1, num_labels=3), {}, [0, 2]),
    "gpt2": (dict(vocab_size=41, n_positions=24, n_embd=12, n_layer=4, n_head=2), {}, [0, 1, 3]),
    "llama": (dict(LLAMA, num_hidden_layers=4), {}, [0, 3]),
}
LAYERS = ["num_hidden_layers", "n_layers", "n_layer"]
TEMPERATURE = 3.0


def make(golden):
    made = [one(name, *of) for name, of in MODELS.items()]
    with open(os.path.join(golden, "distillation.json"), "w") as file:
        json.dump(made, file)
        file.write("\n")


def one(name, config, smaller, taken):
    family = name.split("-")[0]
    key = next(key for key in LAYERS if key in config)
    layers = len(taken) if taken else 2
    teacher = build(family, name, config)
    student = build(family, f"{name}-student", {**config, **smaller, key: layers})
    batch = batch_of(f"{name}/distil", 3, 7, name=name, config={"model_type": family, **config}, left=False, inner=False)
    if family in ("gpt2", "llama"):
        batch.pop("token_type_ids", None)
    tensors = {k: torch.tensor(v) for k, v in batch.items()}
    result = {
        "name": name,
        "teacher": described(teacher),
        "student": described(student),
        "inputs": batch,
        "temperature": TEMPERATURE,
        **losses(name, family, student, teacher, tensors),
    }
    if taken:
        result["taken"] = {"blocks": taken, "logits": cut(family, teacher, config, key, taken, tensors)}
    return result


def build(family, name, config):
    configured = AutoConfig.for_model(family, attn_implementation="eager", **config)
    of = AutoModelForCausalLM if family in ("gpt2", "llama") else AutoModelForSequenceClassification
    model = of.from_config(configured).double().eval()
    tied = ["lm_head.weight"] if getattr(model.config, "tie_word_embeddings", False) else []
    state = {k: v.double() if v.dtype.is_floating_point else v for k, v in start(name, model.state_dict()).items() if k not in tied}
    model.load_state_dict(state, strict=not tied)
    return model


def described(model):
    return {
        "config": {k: v for k, v in model.config.to_dict().items() if k not in NOISE},
        "shapes": {k: list(v.shape) for k, v in model.named_parameters()},
    }


def blocks(model):
    body = model.base_model
    for path in ("encoder.layer", "transformer.layer", "layers", "h"):
        found = body
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return found
    raise ValueError("no blocks")


def cut(family, teacher, config, key, taken, tensors):
    """The teacher with some of its blocks, as transformers makes a model of fewer layers."""
    smaller = build(family, "none", {**config, key: len(taken)})
    state = smaller.state_dict()
    prefix = {"bert": "bert.encoder.layer", "distilbert": "distilbert.transformer.layer", "roberta": "roberta.encoder.layer",
        "gpt2": "transformer.h", "llama": "model.layers"}[family]
    from_teacher = teacher.state_dict()
    for name in state:
        for to, own in enumerate(taken):
            if name.startswith(f"{prefix}.{to}."):
                state[name] = from_teacher[f"{prefix}.{own}." + name[len(f"{prefix}.{to}."):]]
                break
        else:
            state[name] = from_teacher[name]
    smaller.load_state_dict(state)
    with torch.no_grad():
        return smaller(**tensors).logits.tolist()


class Heard:
    """Queries, keys and values as attention reads them, caught where scores are made."""

    def __init__(self, model):
        self.blocks = []
        self.model = model

    def run(self, tensors):
        from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
        heard = self.blocks

        def listening(module, query, key, value, attention_mask, **more):
            heard.append((query, key, value))
            groups = query.shape[1] // key.shape[1]
            k, v = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
            scale = more.get("scaling") or 1 / math.sqrt(query.shape[-1])
            scores = query @ k.transpose(2, 3) * scale
            if attention_mask is not None:
                scores = scores + attention_mask[:, :, :, : k.shape[-2]]
            return (scores.softmax(-1) @ v).transpose(1, 2).contiguous(), None

        ALL_ATTENTION_FUNCTIONS.register("listening", listening)
        ALL_MASK_ATTENTION_FUNCTIONS.register("listening", eager_mask)
        self.model.config._attn_implementation = "listening"
        try:
            return self.model(**tensors)
        finally:
            self.model.config._attn_implementation = "eager"


def losses(name, family, student, teacher, tensors):
    mask = tensors["attention_mask"].double()
    causal = family in ("gpt2", "llama")
    parameters = dict(student.named_parameters())
    own, other = Heard(student), Heard(teacher)
    said, taught = own.run(tensors), other.run(tensors)
    states, taught_states = hidden_of(student, tensors), [h.detach() for h in hidden_of(teacher, tensors)]
    width, wide = states[0].shape[-1], taught_states[0].shape[-1]
    learnt = torch.tensor(uniform(f"{name}/map", (wide, width), 0.4)).double()
    mapped = [s if width == wide else s @ learnt.T for s in states]
    n, m = len(states) - 1, len(taught_states) - 1
    at = [0] + [max(1, round((i + 1) * m / n)) for i in range(n)]
    beside = [taught_states[i] for i in at]
    result = {}

    def keep(key, loss):
        grads = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True, retain_graph=True)
        squares = {k: float((g ** 2).sum()) for k, g in zip(parameters, grads) if g is not None}
        result[key] = {"loss": loss.item(), "gradients": squares}

    if not causal:
        keep("logits", distilled(said.logits, taught.logits.detach(), TEMPERATURE))
    else:
        real = mask[:, 1:].bool()
        z, t = said.logits[:, :-1][real], taught.logits[:, :-1][real].detach()
        keep("logits", distilled(z, t, TEMPERATURE))
        result["targets"] = [r * mask.shape[1] + c for r in range(mask.shape[0]) for c in range(mask.shape[1] - 1) if mask[r, c + 1] > 0]

    def over_tokens(each):
        return ((each * mask).sum(1) / mask.sum(1)).mean()

    keep("squares", sum(over_tokens(F.mse_loss(s, t, reduction="none").mean(-1)) for s, t in zip(mapped, beside)))
    keep("cosine_last", over_tokens(1 - F.cosine_similarity(mapped[-1], beside[-1], dim=-1)))
    if own.blocks[0][0].shape[1] == other.blocks[0][0].shape[1]:
        keep("scores", sum(scores(a, other.blocks[b - 1], mask, causal) for a, b in zip(own.blocks, at[1:])))
    keep("relations", relations(own.blocks[-1], other.blocks[-1], mask, causal))
    return result


def hidden_of(model, tensors):
    """What goes into the first block, and what each block gives."""
    found = []
    hooks = [blocks(model)[0].register_forward_pre_hook(lambda module, args, kwargs: found.insert(0, (args or tuple(kwargs.values()))[0]), with_kwargs=True)]
    for block in blocks(model):
        hooks.append(block.register_forward_hook(lambda module, args, out: found.append(out[0] if isinstance(out, tuple) else out)))
    model(**tensors)
    for hook in hooks:
        hook.remove()
    return found


def seen(mask, causal):
    both = mask[:, :, None] * mask[:, None, :]
    return (torch.tril(both) if causal else both)[:, None]


def scores(own, other, mask, causal):
    """TinyBERT: the mean squared difference of scores before softmax, of pairs that see each other."""
    def of(block):
        q, k, _ = block
        k = k.repeat_interleave(q.shape[1] // k.shape[1], 1)
        return q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])

    pairs = seen(mask, causal)
    each = ((of(own) - of(other).detach()) ** 2 * pairs).sum((1, 2, 3))
    return (each / (pairs.sum((1, 2, 3)) * own[0].shape[1])).mean()


def relations(own, other, mask, causal):
    """MiniLMv2: the divergence of relations of queries, keys and values, in as many heads as the student has."""
    heads = own[0].shape[1]
    pairs = seen(mask, causal)

    def of(vectors, whole):
        vectors = vectors.repeat_interleave(whole // vectors.shape[1], 1)
        rows, _, length, _ = vectors.shape
        parted = vectors.transpose(1, 2).reshape(rows, length, heads, -1).transpose(1, 2)
        alike = parted @ parted.transpose(2, 3) / math.sqrt(parted.shape[-1])
        return alike.masked_fill(pairs == 0, -1e9).log_softmax(-1)

    losses = []
    for mine, theirs in zip(own, other):
        now, then = of(mine, own[0].shape[1]), of(theirs, other[0].shape[1]).detach()
        each = (then.exp() * (then - now)).masked_fill(pairs == 0, 0).sum(-1) * mask[:, None, :]
        losses.append((each.sum((1, 2)) / (mask.sum(1) * heads)).mean())
    return sum(losses) / 3


if __name__ == "__main__":
    import sys
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.manual_seed(0)
    make(sys.argv[1])
