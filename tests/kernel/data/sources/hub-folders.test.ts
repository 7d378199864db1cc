/** Folders of data sets: the splits and rows that Hugging Face's `datasets` finds in them, and errors for the rest. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchSourceFiles } from "#kernel/data/sources/addresses.js";
import { prepareFetchedRows, readFetchedHeader } from "#kernel/data/sources/prepare.js";
import { isSourceCall } from "#kernel/data/rows/rows.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { RowChunk, SourceImplementation, SourceContext } from "#stdlib/data/contract.js";
import { registry } from "#stdlib/registry.js";
import { call, codeOf, Folder } from "../rows/plans.js";

type Content = string | { readonly base64: string };
interface Case {
  readonly files: Readonly<Record<string, Content>>;
  readonly config: string | null;
  readonly splits: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}
const golden = fileURLToPath(new URL("../../../../../tests/golden/oracle/hub-folders.json", import.meta.url));
const cases = JSON.parse(readFileSync(golden, "utf8")) as Readonly<Record<string, Case>>;
const folder = new Folder();
after(() => folder.remove());

let count = 0;
function put(files: Readonly<Record<string, Content>>): string {
  const name = `set${String(++count)}`;
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder.path, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : Buffer.from(content.base64, "base64"));
  }
  return `./${name}`;
}
const hub = (path: string, given: Readonly<Record<string, Value>> = {}): Call =>
  call("source", "hub", { path, ...given });
const world: SourceContext = {
  ...folder.world(),
  source: async (word) => (await registry.find("source", word)!.load!()) as SourceImplementation,
};

async function splitsOf(source: Call, streamed: boolean): Promise<Record<string, Record<string, unknown>[]>> {
  const { source: read } = await fetchSourceFiles(source, { folder: folder.path, split: false });
  assert.ok(!isSourceCall(read));
  const found: Record<string, Record<string, unknown>[]> = {};
  const { hub } = await import("#stdlib/sources/hub.run.js");
  for (const [split, one] of Object.entries(read)) {
    const rows: Record<string, unknown>[] = [];
    const add = ({ columns, rows: of }: RowChunk): void => {
      for (let i = 0; i < of; i++) rows.push(Object.fromEntries([...columns].map(([name, all]) => [name, all[i]])));
    };
    if (streamed) for await (const chunk of hub.stream!(one, world)) add(chunk);
    else {
      const table = await hub.open(one, world);
      const names = table.columnNames().filter((name) => name !== "$row");
      add({
        rows: table.numRows(),
        columns: new Map(names.map((name) => [name, Array.from(table.array(name) as Iterable<unknown>)])),
      });
    }
    found[split] = rows;
  }
  return found;
}

/** CSV has only texts; a missing value is an empty text. */
const plain = (splits: Case["splits"]): unknown =>
  Object.entries(splits).map(([split, rows]) => [
    split,
    rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([k, value]) => [k, Array.isArray(value) ? value : String(value)])),
    ),
  ]);

describe("data set folder", () => {
  for (const [name, { files, config, splits }] of Object.entries(cases))
    for (const stream of [false, true])
      it(`is read like \`datasets\`${stream ? ", streamed" : ""}: ${name}`, async () => {
        const source = hub(put(files), { ...(config !== null && { config }), ...(stream && { stream }) });
        assert.deepEqual(plain(await splitsOf(source, stream)), plain(splits));
      });

  const rows = "text,label\na,x\nb,y\n";
  it("provides its own splits, or one of them as a source", async () => {
    const path = put({ "train.csv": rows, "test.csv": "text,label\nc,x\n" });
    const all = await prepareFetchedRows(folder.plan(hub(path)), folder.world());
    assert.deepEqual(
      Object.entries(all.facts.splits).map(([split, { rows }]) => [split, rows]),
      [
        ["train", 2],
        ["test", 1],
      ],
    );
    assert.deepEqual((await readFetchedHeader(hub(path), folder.world())).columns, ["text", "label"]);
    const split = call("split", "random", { train: { share: 0.5 }, test: { share: 0.5 } });
    const { code, data } = await codeOf(() => prepareFetchedRows(folder.plan(hub(path), { split }), folder.world()));
    assert.deepEqual([code, data["has"]], ["own-splits", ["train", "test"]]);
    const one = await prepareFetchedRows(folder.plan(hub(path, { split: "train" }), { split }), folder.world());
    assert.equal(one.facts.kept, 2);
    const mixed = call("source", "mix", {
      sources: [hub(path), call("source", "csv", { path: `${path}/train.csv` })] as unknown as Value,
    });
    assert.equal((await codeOf(() => prepareFetchedRows(folder.plan(mixed), folder.world()))).code, "own-splits");
    const missing = await codeOf(() => prepareFetchedRows(folder.plan(hub(path, { split: "dev" })), folder.world()));
    assert.deepEqual([missing.code, missing.data["has"]], ["hub-split", ["train", "test"]]);
  });
  it("is divided by `split` if it has a single split", async () => {
    const path = put({ "rows.csv": rows });
    const split = call("split", "random", { train: { share: 0.5 }, test: { share: 0.5 } });
    const { facts } = await prepareFetchedRows(folder.plan(hub(path), { split }), folder.world());
    assert.deepEqual(Object.keys(facts.splits), ["train", "test"]);
  });
  it("reports files by their path in the notebook", async () => {
    const path = put({ "train.csv": "text;label\na;x\nb;y\n" });
    const { facts } = await prepareFetchedRows(folder.plan(hub(path)), folder.world());
    assert.deepEqual(facts.sources, [`${path}/train.csv: ";" between fields`]);
    const torn = put({ "train.csv": "text,label\na,b\nc,d,e\n" });
    const { code, data } = await codeOf(() => prepareFetchedRows(folder.plan(hub(torn)), folder.world()));
    assert.deepEqual([code, data["file"], data["line"]], ["ragged-row", `${torn}/train.csv`, 3]);
  });

  const named = (configs: string): Record<string, string> => ({
    "README.md": `---\n${configs}\n---\n`,
    "a.csv": rows,
    "b.csv": rows,
  });
  const two = "configs:\n- config_name: one\n  data_files: a.csv\n- config_name: two\n  data_files: b.csv";
  const faults: readonly (readonly [string, Record<string, Content>, Record<string, Value>, string, RegExp])[] = [
    ["several configs without a usual one", named(two), {}, "hub-config", /one/],
    ["a config that isn't there", named(two), { config: "three" }, "hub-config", /three/],
    ["a card that is no YAML", named("configs: [\n"), {}, "hub-card", /./],
    ["configs that are no list", named("configs: none"), {}, "hub-card", /no list/],
    ["a config without a name", named("configs:\n- data_files: a.csv"), {}, "hub-card", /config_name/],
    ["files of another form", named("configs:\n- config_name: x\n  data_files: 3"), {}, "hub-card", /data_files/],
    ["files outside", named("configs:\n- config_name: x\n  data_files: ../*.csv"), {}, "hub-card", /outside/],
    [
      "files elsewhere",
      named("configs:\n- config_name: x\n  data_files: https://there/x.csv"),
      {},
      "hub-card",
      /outside/,
    ],
    ["a folder outside", named("configs:\n- config_name: x\n  data_dir: /etc"), {}, "hub-card", /outside/],
    [
      "a split of no name",
      named("configs:\n- config_name: x\n  data_files:\n  - split: a-b\n    path: a.csv"),
      {},
      "hub-card",
      /a-b/,
    ],
    [
      "a pattern that fits nothing",
      named("configs:\n- config_name: x\n  data_files: c/*.csv"),
      {},
      "hub-files",
      /c\/\*\.csv/,
    ],
    ["no files of rows", { "README.md": "no rows\n", LICENSE: "none\n" }, {}, "hub-files", /LICENSE/],
    ["pictures", { "a.png": "x", "b.png": "x", "c.csv": rows }, {}, "hub-format", /png/],
    ["a program", { "set.py": "print('never')\n", "README.md": "x\n" }, {}, "hub-script", /set\.py/],
    [
      "a class without a name",
      {
        ...named(
          "dataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': x",
        ),
        "a.csv": "text,label\na,0\nb,1\n",
      },
      {},
      "class-unknown",
      /"1"/,
    ],
    ["files of other columns", { "train-1.csv": rows, "train-2.csv": "text,team\na,x\n" }, {}, "files-differ", /team/],
    ["a torn Parquet file", { "train.parquet": "PAR1 and no more PAR1" }, {}, "broken-table", /train\.parquet/],
    [
      "a torn Arrow file",
      { "train.arrow": { base64: Buffer.from("ARROW1\0\0 no more ").toString("base64") } },
      {},
      "broken-table",
      /train\.arrow/,
    ],
    [
      "a torn packed file",
      { "train.csv.gz": { base64: "H4sIAAAAAAAAAytJrSjRAQA=" } },
      {},
      "unreadable-file",
      /train\.csv\.gz/,
    ],
    ["JSON that is broken", { "train.jsonl": '{"text": "a"}\n{"text": \n' }, {}, "broken-json", /train\.jsonl/],
    ["one JSON value that is broken", { "train.json": '[{"text": "a"},\n' }, {}, "broken-json", /train\.json/],
  ];
  for (const [what, files, given, code, told] of faults)
    it(`is a coded error: ${what}`, async () => {
      const source = hub(put(files), given);
      for (const stream of [false, true]) {
        const plan = folder.plan({ ...source, arguments: { ...source.arguments, stream } });
        const error = await codeOf(() => prepareFetchedRows(plan, folder.world()));
        assert.equal(error.code, code, JSON.stringify(error.data));
        assert.match(JSON.stringify(error.data).replaceAll('\\"', '"'), told);
      }
    });
  it("reports unread settings of its card", async () => {
    const path = put(named("configs:\n- config_name: x\n  data_files: a.csv\n  na_values: ['-']"));
    const { facts } = await prepareFetchedRows(folder.plan(hub(path)), folder.world());
    assert.match((facts.notes ?? []).join(), /README\.md has na_values, which is not supported/);
  });
  it("follows no link to the outside", async () => {
    const outside = mkdtempSync(join(tmpdir(), "tunebook-outside-"));
    try {
      writeFileSync(join(outside, "test.csv"), rows);
      const path = put({ "train.csv": rows });
      symlinkSync(join(outside, "test.csv"), join(folder.path, path, "test.csv"));
      assert.deepEqual(Object.keys(await splitsOf(hub(path), false)), ["train"]);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
  it("is a coded error if missing, and is not searched on the hub", async () => {
    for (const path of ["./nowhere", "a/b/c", "../up"])
      assert.equal(
        (await codeOf(() => prepareFetchedRows(folder.plan(hub(path)), folder.world()))).code,
        "hub-not-found",
      );
  });
});
