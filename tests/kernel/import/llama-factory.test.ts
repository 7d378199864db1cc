/** LLaMA-Factory's data sets, as `dataset_info.json` beside the settings describes them. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { parse } from "#dsl/syntax/parse.js";
import { importSettings } from "#kernel/import/import.js";
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
  it("are the files that dataset_info.json names, from its folder", () => {
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
  it("have its columns and roles", () => {
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
  it("list what is not read", () => {
    const made = described({
      ...{ file_name: "x.json", columns: { history: "before", system: "first" }, odd: 1 },
    });
    assert.deepEqual(leftOf(made), [
      "dataset_info.rows.odd",
      "dataset_info.rows.columns.history",
      "dataset_info.rows.columns.system",
    ]);
    const two = described({ file_name: "x.json" }, { dataset: "rows,other" });
    assert.deepEqual(leftOf(two), ["dataset", "dataset_info.other"]);
  });
  it("are refused where they are preferences or pictures", () => {
    for (const entry of [
      { file_name: "x.json", ranking: true },
      { file_name: "x.json", columns: { images: "images" } },
      { file_name: "x.json", columns: { kto_tag: "good" } },
    ])
      assert.throws(() => described(entry), { code: "import-refused" });
  });
  it("without a description are listed, and taken for Alpaca's files", () => {
    const made = importSettings(stringify(settings), "a.yaml", undefined, () => undefined);
    assert.match(made.program, /source: json\("data\/rows\.json"\)/);
    assert.deepEqual(leftOf(made), ["dataset"]);
  });
});
