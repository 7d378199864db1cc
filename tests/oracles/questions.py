"""Question answering: small encoders with transformers' ...ForQuestionAnswering, windows of its fast tokenizers, which tokens an
answer is, which answer logits mean, and SQuAD's two scores.

Weights are not kept (see encoders.py); logits of windows are `uniform("answers/<tokenizer>/<case>/<window>", [tokens, 2], 6)`.
The last three are the steps of transformers' example and of SQuAD's script, written anew over whole tables of places. (Where
an answer begins in a window's last token, the example's own loop runs on to the end of the row; here it stays.)"""
import itertools
import json
import os
import re
import string
from collections import Counter

import numpy
import torch
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

import encoders
from minilm import FOLDER
from numbers_of_tunebook import uniform, whole
from tokenizer import strings
from training import lora, settings, start_adapter, train

MODELS = {
    "bert-qa-plain": (dict(encoders.BERT, model_type="bert"), {"lora": ["query", "value"]}),
    "bert-qa-odd": (dict(encoders.BERT, model_type="bert", hidden_act="relu", type_vocab_size=3, layer_norm_eps=1e-4, num_attention_heads=3), {"left": True}),
    "distilbert-qa-plain": (dict(encoders.DISTIL, model_type="distilbert"), {"lora": ["q_lin", "v_lin"]}),
    "distilbert-qa-waves": (dict(encoders.DISTIL, model_type="distilbert", sinusoidal_pos_embds=True, activation="relu", pad_token_id=5), {}),
    "roberta-qa-plain": (dict(encoders.ROBERTA, model_type="roberta"), {"lora": ["query", "value"]}),
    "roberta-qa-xlm": (dict(encoders.ROBERTA, model_type="xlm-roberta", hidden_act="gelu_new", num_hidden_layers=1), {"left": True}),
    "mobilebert-qa-plain": (dict(encoders.MOBILE, model_type="mobilebert"), {"lora": ["query", "value"]}),
    "mobilebert-qa-norm": (dict(encoders.MOBILE, model_type="mobilebert", normalization_type="layer_norm", trigram_input=False), {}),
}


def make(golden, fixtures):
    tokenizers = {name: os.path.join(fixtures, f"tokenizer-{name}") for name in ("distilbert", "roberta", "xlm-roberta")}
    made = {
        "models": [model(name, config, **o) for name, (config, o) in MODELS.items()],
        "windows": {name: windows(name, folder) for name, folder in {**tokenizers, "all-MiniLM-L6-v2": FOLDER}.items()},
        "scores": scores(),
    }
    with open(os.path.join(golden, "questions.json"), "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


def model(name, config, left=False, lora=None):
    config = {k: v for k, v in config.items() if k != "num_labels"}
    padded = dict(name=name, config=config, left=left, inner=False)
    batches = [with_answers(encoders.batch_of(f"{name}/train/{step}", 3, 5 + step % 4, **padded), f"{name}/{step}") for step in range(10)]
    own = build(name, config)
    inputs = {k: torch.tensor(v) for k, v in encoders.batch_of(f"{name}/forward", 3, 9, **padded).items()}
    with torch.no_grad():
        said = own(**inputs)
    made = {
        "name": name,
        "config": {k: v for k, v in own.config.to_dict().items() if k not in encoders.NOISE},
        "shapes": {k: list(v.shape) for k, v in own.state_dict().items() if v.dtype.is_floating_point},
        "forward": {"inputs": {k: v.tolist() for k, v in inputs.items()},
            "logits": encoders.rounded(torch.stack([said.start_logits, said.end_logits], 2).tolist())},
        "batches": batches,
        "full": {**settings(rate=3e-3), **train(own, batches, rate=3e-3)},
    }
    if lora:
        made["lora"] = adapted(name, build(name, config), lora, batches)
    return made


def build(name, config):
    config = dict(config)
    configured = AutoConfig.for_model(config.pop("model_type"), attn_implementation="eager", **config)
    own = AutoModelForQuestionAnswering.from_config(configured).eval()
    own.load_state_dict(encoders.start(name, own.state_dict()))
    # MobileBERT's ten steps differ by more than 1e-4 between float32 and float64.
    return own.double()


def with_answers(inputs, name):
    """Places of real tokens; of one text in three none (0)."""
    starts, ends = [], []
    for row, mask in enumerate(inputs["attention_mask"]):
        real = [i for i, m in enumerate(mask) if m]
        first, length, fate = (whole(f"{name}/{row}/{what}", 1, n)[0] for what, n in (("first", len(real)), ("length", 3), ("fate", 3)))
        starts.append(real[first] if fate else 0)
        ends.append(real[min(len(real) - 1, first + length)] if fate else 0)
    return {**inputs, "start_positions": starts, "end_positions": ends}


def adapted(name, own, targets, batches):
    own = lora(own, rank=3, alpha=5, targets=targets, task="QUESTION_ANS")
    begun = start_adapter(own, name)
    return {"targets": targets, "shapes": {k: list(v.shape) for k, v in begun.items()}, **settings(rate=5e-3),
        # The wrapper for QUESTION_ANS loses the token types on the way to the model that it wraps.
        **train(own.base_model, batches, rate=5e-3)}


def windows(name, folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pieces = [s for s in strings() if s.strip()]
    cases = []
    for case in range(12):
        at = f"questions/{name}/{case}"
        length, stride, words = ((16, 2, 6), (24, 5, 14), (64, 9, 30))[case % 3]
        pick = lambda what, count, most: [pieces[i] for i in whole(f"{at}/{what}", count, most)]
        short = [p for p in pieces[:60] if len(tokenizer(p, add_special_tokens=False)["input_ids"]) < 4]
        question = " ".join(short[i] for i in whole(f"{at}/question", 1 + case % 3, len(short)))
        context = " ".join(pick("context", words, len(pieces) if case % 2 else 60))
        made = tokenizer(question.lstrip(), context, truncation="only_second", max_length=length, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True)
        answer = answer_in(context, at)
        begin, end = answer
        rows = range(len(made["input_ids"]))
        offsets = [[o if made.sequence_ids(row)[i] == 1 else None for i, o in enumerate(made["offset_mapping"][row])] for row in rows]
        said = [uniform(f"answers/{name}/{case}/{row}", (len(made["input_ids"][row]), 2), 6) for row in rows]
        cases.append({
            "question": question, "context": context, "length": length, "stride": stride, "answer": context[begin:end],
            "windows": [{
                "ids": made["input_ids"][row],
                **({"types": made["token_type_ids"][row]} if "token_type_ids" in made else {}),
                "texts": [None if o is None else context[o[0]:o[1]] for o in offsets[row]],
                "span": span(offsets[row], begin, end),
            } for row in rows],
            # SQuAD 1 and 2, few and many candidates, short and long answers.
            "begin": begin,
            "answers": [{"none": none, "candidates": candidates, "longest": longest, **chosen(context, offsets, said, none, candidates, longest)}
                for none, candidates, longest in itertools.product((None, 0.0, 2.0), (3, 20), (2, 30))],
        })
    return cases


def answer_in(context, at):
    """A part of the context that begins and ends with no blank."""
    solid = [i for i, c in enumerate(context) if not c.isspace() and c.isprintable()]
    first = whole(f"{at}/begin", 1, len(solid))[0]
    last = min(len(solid) - 1, first + whole(f"{at}/size", 1, 5)[0])
    return solid[first], solid[last] + 1


def span(offsets, begin, end):
    """The last token of the context that begins no later than the answer, the first that ends no earlier."""
    inside = [i for i, o in enumerate(offsets) if o is not None]
    if not inside or offsets[inside[0]][0] > begin or offsets[inside[-1]][1] < end:
        return [0, 0]
    # The walk stops at the first token that begins after the answer, or ends before it.
    first = next((i - 1 for i in inside if offsets[i][0] > begin), inside[-1])
    last = next((i + 1 for i in reversed(inside) if offsets[i][1] < end), inside[0])
    return [first, last]


def chosen(context, offsets, said, none, candidates, longest):
    scored = []
    for own, logits in zip(offsets, said):
        starts, ends = (set(numpy.argsort(-logits[:, kind])[:candidates].tolist()) for kind in (0, 1))
        inside = [i for i, o in enumerate(own) if o is not None]
        scored += [(float(logits[a, 0]) + float(logits[b, 1]), own[a][0], own[b][1]) for a in inside for b in inside
            if a in starts and b in ends and a <= b < a + longest]
    scored = sorted(scored, key=lambda s: -s[0])[:candidates]
    empty = None if none is None else min(float(logits[0, 0]) + float(logits[0, 1]) for logits in said)
    solid = scored if none is None else [s for s in scored if context[s[1]:s[2]]]
    if not solid:
        return {"answer": None}
    total = numpy.array([s[0] for s in scored] + ([] if empty is None else [empty]))
    shares = numpy.exp(total - total.max()) / numpy.exp(total - total.max()).sum()
    if empty is not None and empty - solid[0][0] > none:
        return {"answer": "", "probability": float(shares[-1])}
    return {"answer": context[solid[0][1]:solid[0][2]], "probability": float(shares[scored.index(solid[0])])}


WORDS = ["the", "a", "An", "cat", "Cat.", "cats", "THE", "(the)", "the-cat", "don't", "1,000", "½", "theÜ", "_the", "a_", "über", "ÜBER", "İ", "ΟΔΟΣ",
    "the\u0301", "中文", "the中", "\u00a0", "\u2003the\u2003", "\x1c", "\ufeffa", "\x85", "e.g.", "\"the\"", "‘a’", "—", "#a", "3rd", "a²", "², the", "\U0001F9EC", "an\u200bt"]


def scores():
    cases = []
    for seed in range(240):
        pick = lambda what, most: " ".join(WORDS[i] for i in whole(f"squad/{seed}/{what}", whole(f"squad/{seed}/{what}/n", 1, most)[0], len(WORDS)))
        answer = pick("answer", 6)
        gold = [pick(f"gold/{i}", 6) if whole(f"squad/{seed}/{i}/same", 1, 3)[0] else answer.upper() for i in range(seed % 4)]
        cases.append({"answer": answer, "gold": gold, "exact_match": best(answer, gold, exact), "token_f1": best(answer, gold, overlap)})
    return cases


def best(answer, gold, score):
    gold = [g for g in gold if plain(g)] or [""]
    return max(score(plain(answer), plain(g)) for g in gold)


def plain(text):
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", kept).split()


def exact(answer, gold):
    return float(answer == gold)


def overlap(answer, gold):
    same = sum((Counter(answer) & Counter(gold)).values())
    if not answer or not gold:
        return exact(answer, gold)
    precision, recall = same / len(answer), same / len(gold)
    return 0.0 if same == 0 else 2 * precision * recall / (precision + recall)
