/** LLaMA-Factory's data sets, as `dataset_info.json` in the same folder describes them. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { parse } from "#dsl/language/syntax/parse.js";
import { importSettings } from "#kernel/apps/import/import.js";
import { registry } from "#stdlib/registry.js";

const verbs = registry.verbs().map((verb) => verb.name);
const settings = { stage: "sft", do_train: true, model_name_or_path: "m", dataset: "rows", finetuning_type: "lora" };
function described(entry: object, more: object = {}, at = "data/dataset_info.json") {
  const info = JSON.stringify({ rows: entry, other: { file_name: "other.json" } });
  const made = importSettings(stringify({ ...settings, ...more }), "a.yaml", undefined, (path) =>
    path === at ? info : undefined,
  );
  assert.deepEqual(parse({ id: "x", title: "x", text: made.program }, verbs).diagnostics, []);
  const line = (key: string): string | undefined => new RegExp(`^ +${key}: (.*)$`, "m").exec(made.program)?.[1];
  return { ...made, source: line("source"), columns: line("columns"), sample: line("sample") };
}
const leftOf = ({ left }: Pick<ReturnType<typeof importSettings>, "left">): readonly string[] =>
  left.map(({ setting }) => setting);

describe("data sets of LLaMA-Factory", () => {
  it("are the files in dataset_info.json, relative to its folder", () => {
    for (const [entry, more, at, source] of [
      [{ file_name: "x.json" }, {}, undefined, 'json("data/x.json")'],
      [{ file_name: "x.jsonl" }, { dataset_dir: "rows/" }, "rows/dataset_info.json", 'jsonl("rows/x.jsonl")'],
      [{ file_name: "x.csv" }, {}, "dataset_info.json", 'csv("x.csv")'],
      [{ hf_hub_url: "a/b", subset: "en", split: "train" }, {}, undefined, 'hub("a/b", config: en, split: train)'],
    ] as const) {
      const made = described(entry, more, at);
      assert.equal(made.source, source);
      assert.equal(made.columns, "{ messages: alpaca() }");
      assert.deepEqual(leftOf(made), []);
      assert.deepEqual(made.notes, []);
    }
  });
  it("have the columns and roles in dataset_info.json", () => {
    const columns = { prompt: "question", query: "about", response: "answer" };
    const alpaca = described({ file_name: "x.json", columns });
    assert.equal(alpaca.columns, "{ messages: alpaca(instruction: question, input: about, output: answer) }");
    const chat = { file_name: "x.json", formatting: "sharegpt" };
    assert.equal(described(chat).columns, "{ messages: conversations }");
    const tags = { role_tag: "role", content_tag: "content", user_tag: "user", assistant_tag: "assistant" };
    assert.equal(described({ ...chat, columns: { messages: "turns" }, tags }).columns, "{ messages: turns }");
    const own = described({ ...chat, tags: { role_tag: "who", content_tag: "says", user_tag: "ann" } });
    const roles = "roles: { ann: user, gpt: assistant, system: system }";
    const flat = own.program.replace(/\s+/g, " ");
    assert.ok(flat.includes(`turns(conversations, role: who, content: says, ${roles})`), own.program);
    for (const made of [alpaca, own]) assert.deepEqual(leftOf(made), []);
    assert.equal(
      described({ file_name: "x.txt", columns: { prompt: "body" } }, { stage: "pt" }).columns,
      "{ text: body }",
    );
    assert.equal(described({ file_name: "x.json", num_samples: 50 }).sample, "50");
  });
  it("list `max_samples` as lost, since it takes the first rows", () => {
    const made = described({ file_name: "x.json" }, { max_samples: 9 });
    assert.equal(made.sample, "9");
    assert.deepEqual(leftOf(made), ["max_samples"]);
  });
  it("list unread fields as lost", () => {
    const made = described({
      ...{ file_name: "x.json", columns: { history: "before", system: "first" }, odd: 1 },
    });
    assert.deepEqual(leftOf(made), [
      "dataset_info.rows.odd",
      "dataset_info.rows.columns.history",
      "dataset_info.rows.columns.system",
    ]);
  });
  it("are refused for preferences and images", () => {
    for (const entry of [
      { file_name: "x.json", ranking: true },
      { file_name: "x.json", columns: { images: "images" } },
      { file_name: "x.json", columns: { kto_tag: "good" } },
    ])
      assert.throws(() => described(entry), { code: "import-refused" });
  });
  it("without a description are listed as lost, and read as Alpaca files", () => {
    const made = importSettings(stringify(settings), "a.yaml", undefined, () => undefined);
    assert.match(made.program, /source: json\("data\/rows\.json"\)/);
    assert.deepEqual(leftOf(made), ["dataset"]);
  });
  describe("for evaluation during training", () => {
    const looked = (more: object): ReturnType<typeof importSettings> & { source: string | undefined } => {
      const info = { rows: { file_name: "x.json" }, dev: { file_name: "dev.json" }, chats: { formatting: "sharegpt" } };
      const made = importSettings(stringify({ ...settings, ...more }), "a.yaml", undefined, () => JSON.stringify(info));
      return { ...made, source: /^ +source: (.*)$/m.exec(made.program.replace(/^\/\/.*$/gm, ""))?.[1] };
    };
    it("become validation rows, with their evaluation settings", () => {
      const eachStep = { eval_strategy: "steps", eval_steps: 20, load_best_model_at_end: true };
      const made = looked({ eval_dataset: "dev", ...eachStep });
      assert.equal(made.source, '{ train: json("data/x.json"), validation: json("data/dev.json") }');
      assert.match(made.program, /validate: every\(steps: 20\)\n {2}keep: best/);
      assert.deepEqual(leftOf(made), []);
    });
    it("are listed as lost with another format, single evaluations or an additional split", () => {
      for (const [more, ...lost] of [
        [{ eval_dataset: "chats" }, "eval_dataset", "dataset_info.chats.formatting"],
        [{ eval_dataset: "dev", val_size: 0.1 }, "eval_dataset", "dataset_info.dev"],
        [
          { eval_dataset: "dev", eval_on_each_dataset: true },
          ...["eval_dataset", "eval_on_each_dataset", "dataset_info.dev"],
        ],
        [{ eval_dataset: "dev", max_samples: 9 }, "max_samples"],
      ] as const) {
        const made = looked(more);
        assert.deepEqual([...leftOf(made)].sort(), [...lost].sort());
        assert.equal(made.source?.includes("validation"), lost.length === 1);
      }
    });
  });
});

describe("LLaMA-Factory's settings for images and audio", () => {
  const seeing = { freeze_vision_tower: true, freeze_multi_modal_projector: true, freeze_language_model: false };
  const pixels = { image_max_pixels: 9, video_max_pixels: 9, audio_sampling_rate: 9 };
  const entry = { file_name: "x.json" };
  it("have no effect with a base and data of texts only", () => {
    const made = described(entry, { ...seeing, ...pixels, template: "llama3" });
    assert.deepEqual(leftOf(made), []);
    const idle = made.idle.map(({ setting }) => setting);
    for (const key of Object.keys({ ...seeing, ...pixels })) assert.ok(idle.includes(key), key);
  });
  it("are refused with multimodal bases, templates or data, or a frozen language model", () => {
    for (const [rows, more] of [
      [entry, { model_name_or_path: "someone/base-vl-2b" }],
      [entry, { template: "qwen2_vl" }],
      [{ ...entry, columns: { images: "images" } }, {}],
      [entry, { freeze_language_model: true }],
    ] as const)
      assert.throws(() => described(rows, { ...seeing, ...pixels, ...more }), {
        code: "import-refused",
        message: /freeze_vision_tower[\s\S]*image_max_pixels/,
      });
  });
});
