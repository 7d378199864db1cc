"""Scores of written texts by sacrebleu, rouge-score and jiwer; it also runs agreement.py, curves.py, calibration.py and entities.py: python scores.py GOLDEN_FOLDER."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jiwer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER

import agreement
import curves
import calibration
import entities
from numbers_of_tunebook import whole

PIECES = ["the", "cat", "sat", "on", "a", "mat", ",", ".", "1,000.5", "3-4", "don't", "(yes)", "&amp;", "Über", "日本", "x/y", "END", "e.g.", "\u00a0", "😀"]


def make(golden):
    cases = [case(seed) for seed in range(14)]
    cases.extend(lines(seed) for seed in range(4))
    cases.extend(tangled(seed) for seed in range(6))
    cases.append({"written": ["same text here now", "ok"], "targets": ["same text here now", "ok"]})
    cases.append({"written": ["", "a"], "targets": ["something else", "b c"]})
    cases.append({"written": ["- \"Quoted\" <skipped>text;", "a_b [c] {d} ~e"], "targets": ["- 'Quoted' text:", "a_b [c] {d} ~f"]})
    with open(os.path.join(golden, "scores.json"), "w") as file:
        json.dump([{**c, **scored(c["written"], c["targets"])} for c in cases], file)
        file.write("\n")


def lines(seed):
    """Summaries of several lines; words of the target that stand in another order, too."""
    written, targets = [], []
    for row in range(6):
        name = f"scores/lines/{seed}/{row}"
        target = [PIECES[i] for i in whole(f"{name}/pieces", 30 + whole(f"{name}/length", 1, 40)[0], len(PIECES))]
        at = whole(f"{name}/cut", 3, len(target))
        moved = target[at[0]:at[0] + 5] + target[:at[0]] + target[at[0] + 5:]
        other = moved[:at[1]] + ["END"] * (at[2] % 3) + moved[at[1] + 1:]
        broken = lambda words, every: "\n".join(" ".join(words[i:i + every]) for i in range(0, len(words), every))
        targets.append(broken(target, 7))
        written.append(broken(other, 9) + ("\n" if row % 2 else ""))
    return {"written": written, "targets": targets}


def tangled(seed):
    """Few words in many orders: moves of equal worth, of which the first that is found counts."""
    written, targets = [], []
    for row in range(12):
        draw = lambda what, count: ["abcd"[i] for i in whole(f"scores/tangled/{seed}/{row}/{what}", count, 4)]
        length = 6 + whole(f"scores/tangled/{seed}/{row}/length", 1, 16)[0]
        written.append(" ".join(draw("written", length)))
        targets.append(" ".join(draw("target", length + row % 3)))
    return {"written": written, "targets": targets}


def case(seed):
    """Targets of random pieces; what is written leaves some out, changes some, adds some."""
    written, targets = [], []
    for row in range([1, 3, 20][seed % 3]):
        name = f"scores/{seed}/{row}"
        target = [PIECES[i] for i in whole(f"{name}/pieces", 1 + whole(f"{name}/length", 1, 14)[0], len(PIECES))]
        fate = whole(f"{name}/fate", len(target), 8)
        other = [PIECES[i] for i in whole(f"{name}/other", len(target), len(PIECES))]
        kept = [new if f == 1 else piece for piece, f, new in zip(target, fate, other) if f != 0]
        targets.append(" ".join(target))
        written.append(" ".join(kept + (other[:2] if fate[0] == 2 else [])))
    return {"written": written, "targets": targets}


def scored(written, targets):
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(kinds, use_stemmer=False)
    rows = [scorer.score(target, text) for text, target in zip(written, targets)]
    return {
        "bleu": BLEU().corpus_score(written, [targets]).score,
        "chrf": CHRF().corpus_score(written, [targets]).score,
        "chrf(2)": CHRF(word_order=2).corpus_score(written, [targets]).score,
        "ter": TER().corpus_score(written, [targets]).score,
        "character_error_rate": jiwer.cer([t.strip() for t in targets], [w.strip() for w in written]),
        **{kind: sum(row[kind].fmeasure for row in rows) / len(rows) for kind in kinds},
    }


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    make(sys.argv[1])
    agreement.make(sys.argv[1])
    curves.make(sys.argv[1])
    calibration.make(sys.argv[1])
    entities.make(sys.argv[1])
