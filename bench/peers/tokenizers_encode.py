#!/usr/bin/env python3
"""Token ids of the texts of JSON lines by the `tokenizers` library, with as many threads as RAYON_NUM_THREADS says.

Prints one JSON line: seconds that `encode_batch` took (with its ids handed over), seconds of the whole way (lines read, ids
written as 32-bit numbers), and the tokens there are.
"""
import argparse
import array
import json
import time

import tokenizers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--chunk", type=int, default=10_000)
    given = parser.parse_args()
    tokenizer = tokenizers.Tokenizer.from_file(given.tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokens = 0
    encoding = 0.0
    begun = time.perf_counter()
    with open(given.rows, encoding="utf-8") as lines, open(given.out, "wb") as out:

        def encode(texts):
            nonlocal tokens, encoding
            at = time.perf_counter()
            rows = [row.ids for row in tokenizer.encode_batch(texts)]
            encoding += time.perf_counter() - at
            for ids in rows:
                tokens += len(ids)
                array.array("i", ids).tofile(out)

        texts = []
        for line in lines:
            texts.append(json.loads(line)["text"])
            if len(texts) == given.chunk:
                encode(texts)
                texts = []
        if texts:
            encode(texts)
    whole = time.perf_counter() - begun
    print(json.dumps({"encoding": encoding, "whole": whole, "tokens": tokens, "version": tokenizers.__version__}))


if __name__ == "__main__":
    main()
