/**
 * Several data sets of other tools as `mix(…)`: carried over if the result is the same, listed if it differs or is
 * uncertain.
 */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { importSettings } from "#kernel/apps/import/import.js";
import { compiled } from "#tests/dsl/world.js";

type Imported = ReturnType<typeof importSettings>;
function outcome({ program, left }: Imported) {
  const { codes } = compiled(program, { table: ["text", "messages", "instruction", "input", "output"] });
  assert.ok(!codes.includes("unknown-column") && !codes.includes("unknown-argument"), program);
  const code = program.replace(/^\/\/.*$/gm, "");
  return {
    source: /^ {2}source: ([\s\S]*?)\n {2}(?=columns)/m.exec(code)?.[1]?.replace(/\s+/g, " "),
    lost: left.map(({ setting }) => setting),
  };
}

describe("data sets combined by a Python program", () => {
  const load =
    'a = load_dataset("o/a", split="train")\nb = load_dataset("json", data_files="b.jsonl", split="train")\n';
  const both = 'hub("o/a", split: train), jsonl("b.jsonl")';
  const trained = (lines: string, rows = "ds", more = "") =>
    outcome(
      importSettings(
        `${lines}\nSFTTrainer("o/base", SFTConfig(max_steps=5), train_dataset=${rows}${more}).train()`,
        "a.py",
      ),
    );

  it("use all rows of each for `concatenate_datasets`", () => {
    const source = `mix(${both}, until: longest)`;
    for (const [lines, rows] of [
      [`${load}ds = concatenate_datasets([a, b])`, "ds"],
      [`${load}a = concatenate_datasets([a, b])`, "a"],
      [load, "concatenate_datasets([a, b])"],
      [
        `if __name__ == "__main__":\n  ${load.replace(/\n(?=.)/g, "\n  ")}  ds = datasets.concatenate_datasets([a, b])`,
        "ds",
      ],
    ] as const)
      assert.deepEqual(trained(lines, rows), { source, lost: [] }, lines);
    const parts = 'a = load_dataset("o/a")\nds = concatenate_datasets([a["train"], load_dataset("o/c")["test"]])';
    assert.deepEqual(trained(parts), {
      source: 'mix(hub("o/a", split: train), hub("o/c", split: test), until: longest)',
      lost: [],
    });
  });
  it("are drawn by weight for `interleave_datasets`", () => {
    const drawn = (given: string) => trained(`${load}ds = interleave_datasets([a, b]${given})`);
    const shares = ", probabilities=[0.7, 0.3]";
    assert.deepEqual(drawn(shares), { source: `mix(${both}, weights: [0.7, 0.3])`, lost: [] });
    assert.deepEqual(drawn(`${shares}, seed=4`).lost, ["program.interleave_datasets.seed"]);
    // `mix` uses each row once; `all_exhausted` repeats rows.
    assert.deepEqual(drawn(`${shares}, stopping_strategy="all_exhausted"`), {
      source: `mix(${both}, weights: [0.7, 0.3], until: longest)`,
      lost: ["program.interleave_datasets.stopping_strategy"],
    });
    assert.deepEqual(drawn(`${shares}, stopping_strategy="all_exhausted_without_replacement"`).lost, []);
    // Sources are interleaved in turn, not at random.
    assert.deepEqual(drawn(""), { source: `mix(${both})`, lost: ["program.interleave_datasets.sources"] });
  });
  it("are listed as lost if it is uncertain which rows train", () => {
    const joined = "ds = concatenate_datasets([a, b])";
    for (const [lines, rows, more] of [
      [`${load}b = b.map(f)\n${joined}`],
      [`${load}if small:\n    b = load_dataset("o/c", split="train")\n${joined}`],
      [`${load}ds = a\nif both:\n    ${joined}`],
      [`${load}for i in range(2):\n    ${joined}`],
      [`${load}${joined}`, "a", ", eval_dataset=ds"],
      [`${load}ds = concatenate_datasets([a, b], axis=1)`],
      [`${load}ds = interleave_datasets([a, b], probabilities=[1.0])`],
      [`${load}ds = interleave_datasets([a, b], probabilities=shares)`],
      [`a = load_dataset("o/a")\nb = load_dataset("o/b")\n${joined}`],
      [`${load}${joined}\nds = concatenate_datasets([ds, a])`],
      [`${load}def concatenate_datasets(all):\n    return all[0]\n${joined}`],
    ] as const) {
      const { source, lost } = trained(lines, rows, more);
      assert.doesNotMatch(source ?? "", /mix/, lines);
      assert.notDeepEqual(lost, [], lines);
    }
  });
  it("list unused data sets and later row operations as lost", () => {
    const third = `${load}c = load_dataset("o/c", split="train")\nds = concatenate_datasets([a, b])`;
    assert.deepEqual(trained(third).lost, ["load_dataset 3"]);
    const after = `${load}ds = concatenate_datasets([a, b]).select(range(9))`;
    assert.deepEqual(trained(after).lost, ["program.select"]);
  });
});

describe("rows streamed by a Python program", () => {
  const streamed = (load: string, rows = "ds") => {
    const text = `ds = ${load}\nSFTTrainer("o/base", SFTConfig(max_steps=5), train_dataset=${rows}).train()`;
    const made = importSettings(text, "a.py");
    return { ...outcome(made), shuffle: /^ +shuffle: (\w+)/m.exec(made.program)?.[1] };
  };
  it("are streamed in the order of the file", () => {
    const hub = 'load_dataset("o/a", split="train"';
    const source = 'hub("o/a", split: train, stream: true)';
    assert.deepEqual(streamed(`${hub}, streaming=True)`), { source, lost: [], shuffle: "none" });
    assert.deepEqual(streamed(`${hub}, streaming=False)`), {
      source: 'hub("o/a", split: train)',
      lost: [],
      shuffle: "random",
    });
    const files = 'load_dataset("json", data_files={"train": "a.jsonl", "test": "b.jsonl"}, streaming=True)';
    assert.deepEqual(
      streamed(files, 'ds["train"]').source,
      '{ train: jsonl("a.jsonl", stream: true), test: jsonl("b.jsonl", stream: true) }',
    );
  });
  it("are shuffled if the program does so, which is listed as lost", () => {
    const load = 'load_dataset("o/a", split="train", streaming=True).shuffle(seed=3, buffer_size=100)';
    const { lost, shuffle } = streamed(load);
    assert.deepEqual([lost, shuffle], [["program.shuffle"], "random"]);
  });
  it("are listed as lost for a single JSON value, or for concatenated data sets", () => {
    const json = 'load_dataset("json", data_files="a.json", split="train", streaming=True)';
    assert.deepEqual(streamed(json), { source: 'json("a.json")', lost: ["load_dataset.streaming"], shuffle: "none" });
    const sets = ["a", "b"].map((name) => `load_dataset("o/${name}", split="train", streaming=True)`).join(", ");
    const mixed = 'mix(hub("o/a", split: train), hub("o/b", split: train)';
    assert.deepEqual(streamed(`concatenate_datasets([${sets}])`), {
      source: `${mixed}, until: longest, stream: true)`,
      lost: ["program.concatenate_datasets.sources"],
      shuffle: "none",
    });
    assert.deepEqual(streamed(`interleave_datasets([${sets}], probabilities=[0.5, 0.5])`), {
      source: `${mixed}, weights: [0.5, 0.5], stream: true)`,
      lost: [],
      shuffle: "none",
    });
  });
});

describe("several data sets of Axolotl", () => {
  const axolotl = (...datasets: readonly object[]) =>
    outcome(importSettings(stringify({ base_model: "o/base", datasets }), "a.yaml"));
  it("are mixed if their rows have the same format", () => {
    const [one, two] = [
      { path: "a.jsonl", type: "alpaca" },
      { path: "o/b", type: "alpaca" },
    ];
    assert.deepEqual(axolotl(one, two), {
      source: 'mix(jsonl("a.jsonl"), hub("o/b", split: train), until: longest)',
      lost: [],
    });
    assert.deepEqual(axolotl({ path: "json", data_files: ["a.jsonl", "b.jsonl"], type: "alpaca" }), {
      source: 'mix(jsonl("a.jsonl"), jsonl("b.jsonl"), until: longest)',
      lost: [],
    });
  });
  it("are listed as lost if their format differs", () => {
    const { source, lost } = axolotl(
      { path: "a.jsonl", type: "alpaca" },
      { path: "b.jsonl", type: "chat_template" },
      { path: "c.jsonl", type: "alpaca", shards: 3 },
      { path: "d.jsonl", type: "alpaca" },
    );
    assert.equal(source, 'mix(jsonl("a.jsonl"), jsonl("d.jsonl"), until: longest)');
    assert.deepEqual(lost, [
      ...["datasets[1].path", "datasets[1].type"],
      ...["datasets[2].path", "datasets[2].type", "datasets[2].shards"],
    ]);
  });
});

describe("several data sets of LLaMA-Factory", () => {
  const info = {
    rows: { file_name: "a.json" },
    more: { hf_hub_url: "o/b" },
    other: { file_name: "c.json", formatting: "sharegpt" },
    few: { file_name: "d.json", num_samples: 5 },
  };
  const both = 'json("data/a.json"), hub("o/b", split: train)';
  const factory = (more: object, described: object = info) =>
    outcome(
      importSettings(
        stringify({ stage: "sft", model_name_or_path: "m", finetuning_type: "lora", dataset: "rows,more", ...more }),
        "a.yaml",
        undefined,
        (path) => (path === "data/dataset_info.json" ? JSON.stringify(described) : undefined),
      ),
    );
  it("are mixed if their rows have the same format", () => {
    assert.deepEqual(factory({}), { source: `mix(${both}, until: longest)`, lost: [] });
    assert.deepEqual(factory({ dataset: "rows, more,other" }), {
      source: `mix(${both}, until: longest)`,
      lost: ["dataset", "dataset_info.other.file_name", "dataset_info.other.formatting"],
    });
  });
  it("are drawn by weight for an interleaving strategy", () => {
    const drawn = { mix_strategy: "interleave_under", interleave_probs: "0.7,0.3" };
    assert.deepEqual(factory(drawn), { source: `mix(${both}, weights: [0.7, 0.3])`, lost: [] });
    assert.deepEqual(factory({ ...drawn, mix_strategy: "interleave_over" }), {
      source: `mix(${both}, weights: [0.7, 0.3], until: longest)`,
      lost: ["mix_strategy"],
    });
    assert.deepEqual(factory({ mix_strategy: "interleave_under" }).lost, ["mix_strategy"]);
    for (const odd of [{ interleave_probs: "0.7" }, { interleave_probs: "a,b" }, { mix_strategy: "odd" }])
      assert.deepEqual(factory({ ...drawn, ...odd }), {
        source: `mix(${both}, until: longest)`,
        lost: ["mix_strategy", "interleave_probs"],
      });
  });
  it("list limits of single data sets and a fixed order as lost", () => {
    assert.deepEqual(factory({ max_samples: 10 }).lost, ["max_samples"]);
    assert.deepEqual(factory({ disable_shuffling: true }).lost, ["disable_shuffling"]);
    assert.deepEqual(factory({ dataset: "rows,few" }).lost, ["dataset_info.few.num_samples"]);
  });
});
