"""
Data set folders as Hugging Face's `datasets` reads them: the files of each case, and the splits and rows that it finds.
`python hub_folders.py GOLDEN` writes GOLDEN/hub-folders.json.
"""

import base64
import gzip
import io
import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"

import datasets
import pyarrow as pa
import pyarrow.parquet as pq


def rows_of(split, count):
    return [{"text": f"{split} {i}", "label": ["neg", "pos"][i % 2]} for i in range(count)]


def csv(rows, sep=","):
    return "\n".join([sep.join(rows[0])] + [sep.join(map(str, row.values())) for row in rows]) + "\n"


def jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def parquet(rows):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def arrow(rows):
    out = io.BytesIO()
    table = pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def card(text):
    return f"---\n{text.strip()}\n---\n# A card\n"


A, B, C = rows_of("train", 4), rows_of("test", 3), rows_of("validation", 2)
CASES = {
    "one csv": ({"rows.csv": csv(A)}, None),
    "split names": ({"train.csv": csv(A), "test.csv": csv(B), "dev.csv": csv(C), "LICENSE": "none\n"}, None),
    "words in names": ({"my-train.jsonl": jsonl(A), "my_valid_2.jsonl": jsonl(C), "latest.jsonl": jsonl(B)}, None),
    "names that only look like splits": ({"trainer.csv": csv(A), "contest.csv": csv(B)}, None),
    "shards": (
        {
            "data/train-00001-of-00002.parquet": parquet(A[2:]),
            "data/train-00000-of-00002.parquet": parquet(A[:2]),
            "data/random-00000-of-00001.parquet": parquet(B),
            "data/test-00000-of-00001-0123abcd.parquet": parquet(C),
        },
        None,
    ),
    "folders": ({"train/a.txt": "one\ntwo\n", "train/deep/b.txt": "three\n", "testing/c.txt": "four\n"}, None),
    "folders before names": ({"test/train.csv": csv(A), "train/test.csv": csv(B)}, None),
    "most of a kind": (
        {"train.jsonl": jsonl(A[:2]), "train-2.jsonl": jsonl(A[2:]), "notes.txt": "no rows\n", "test.jsonl": jsonl(B)},
        None,
    ),
    "packed": (
        {"train.csv.gz": gzip.compress(csv(A).encode(), mtime=0), "test.csv": csv(B)},
        None,
    ),
    "hidden": ({"train.csv": csv(A), ".cache/test.csv": csv(B), "__pycache__/valid.csv": csv(C)}, None),
    "tsv": ({"train.tsv": csv(A, "\t")}, None),
    "lines in json": ({"train.json": jsonl(A), "test.json": json.dumps(B)}, None),
    "arrow": ({"train/data-00000-of-00001.arrow": arrow(A), "test/data-00000-of-00001.arrow": arrow(B)}, None),
    "a pattern": ({"README.md": card("configs:\n- config_name: default\n  data_files: own/*.csv"), "own/b.csv": csv(A[2:]), "own/a.csv": csv(A[:2]), "test.csv": csv(B)}, None),
    "a list": ({"README.md": card("configs:\n- config_name: default\n  data_files:\n  - b.csv\n  - a.csv"), "b.csv": csv(A[2:]), "a.csv": csv(A[:2])}, None),
    "splits of patterns": (
        {
            "README.md": card(
                """
configs:
- config_name: default
  data_files:
  - split: held
    path: x/**
  - split: train
    path:
    - z.jsonl
    - y*.jsonl
"""
            ),
            "x/deep/1.jsonl": jsonl(B), "x/2.jsonl": jsonl(C), "z.jsonl": jsonl(A[:1]), "y1.jsonl": jsonl(A[1:]),
        },
        None,
    ),
    "configs, one by its mark": (
        {
            "README.md": card(
                """
configs:
- config_name: small
  data_files: small.csv
- config_name: large
  default: true
  data_files:
  - split: train
    path: large/train.csv
  - split: test
    path: large/test.csv
"""
            ),
            "small.csv": csv(C), "large/train.csv": csv(A), "large/test.csv": csv(B),
        },
        None,
    ),
    "configs, one by its name": (
        {
            "README.md": card("configs:\n- config_name: small\n  data_dir: little\n- config_name: large\n  data_dir: big"),
            "little/train.csv": csv(C), "little/test.csv": csv(B[:1]), "big/train.csv": csv(A),
        },
        "small",
    ),
    "a delimiter": (
        {"README.md": card('configs:\n- config_name: default\n  data_files: rows.csv\n  sep: "|"'), "rows.csv": csv(A, "|")},
        None,
    ),
    "names of classes": (
        {
            "README.md": card(
                """
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
  - name: tags
    sequence:
      class_label:
        names:
          '0': O
          '1': B
"""
            ),
            "train.jsonl": jsonl([{"text": f"t{i}", "label": i % 2, "tags": [i % 2, 0]} for i in range(4)]),
            "test.jsonl": jsonl([{"text": "no label", "label": -1, "tags": []}]),
        },
        None,
    ),
}


def written(folder, files):
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)


def named(dataset):
    """Numbers of classes as their names; none for -1."""

    def value(of, feature):
        if isinstance(feature, datasets.ClassLabel):
            return None if of in (None, -1) else feature.names[of]
        inner = getattr(feature, "feature", None)
        return [value(one, inner) for one in of] if isinstance(of, list) and inner is not None else of

    return [{name: value(row[name], feature) for name, feature in dataset.features.items()} for row in dataset]


def main(golden):
    found = {}
    for case, (files, config) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            written(folder, files)
            # What a name of the folder would match is no part of the case.
            read = datasets.load_dataset(folder, config, cache_dir=os.path.join(folder, ".made"))
            found[case] = {
                "files": {
                    name: content if isinstance(content, str) else {"base64": base64.b64encode(content).decode()}
                    for name, content in files.items()
                },
                "config": config,
                "splits": {split: named(rows) for split, rows in read.items()},
            }
    os.makedirs(golden, exist_ok=True)
    with open(os.path.join(golden, "hub-folders.json"), "w") as out:
        json.dump(found, out, indent=1)
        out.write("\n")


main(sys.argv[1])
