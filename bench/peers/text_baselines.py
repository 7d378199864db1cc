#!/usr/bin/env python3
"""Bits per character of test texts without a neural network: xz that has seen the training texts, and an n-gram of characters.

Reads JSON lines with a column `part` (train, test). The n-gram interpolates all orders down to the uniform one as Witten and
Bell do; it predicts each text's characters and its end. Prints one JSON line.
"""
import argparse
import collections
import json
import lzma
import math
import platform

END = "\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--input", required=True)
    parser.add_argument("--order", type=int, default=6)
    return parser.parse_args()


def compressed(train, test):
    size = lambda texts: len(lzma.compress((END.join(texts) + END).encode(), preset=9 | lzma.PRESET_EXTREME))
    return 8 * (size(train + test) - size(train)) / sum(len(text) + 1 for text in test)


def n_gram(train, test, order):
    counts = [collections.defaultdict(collections.Counter) for _ in range(order)]
    padded = lambda text: END * (order - 1) + text + END
    for text in map(padded, train):
        for i in range(order - 1, len(text)):
            for n in range(order):
                counts[n][text[i - n : i]][text[i]] += 1
    alphabet = len({c for text in train + test for c in text} | {END})

    def probability(context, c):
        p = 1 / alphabet
        for n in range(order):
            seen = counts[n].get(context[len(context) - n :])
            if seen is None:
                break
            total, kinds = sum(seen.values()), len(seen)
            p = (seen[c] + kinds * p) / (total + kinds)
        return p

    bits = characters = 0
    for text in map(padded, test):
        for i in range(order - 1, len(text)):
            bits -= math.log2(probability(text[i - order + 1 : i], text[i]))
            characters += 1
    return bits / characters


def main():
    a = arguments()
    with open(a.file, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    train, test = ([row[a.input] for row in rows if row["part"] == name] for name in ("train", "test"))
    scores = {
        "xz after the training texts": {"bits_per_character": compressed(train, test)},
        f"characters' {a.order}-gram (Witten-Bell)": {"bits_per_character": n_gram(train, test, a.order)},
    }
    print(json.dumps({"versions": f"Python {platform.python_version()}", "scores": scores}))


main()
