/** Data sets of a hub: pinned to a commit, downloaded once and verified by their checksums, then read offline. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forgetResolvedCommits } from "#kernel/data/sources/hub/remote.js";
import { prepareFetchedRows, readFetchedHeader } from "#kernel/data/sources/prepare.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { call, codeOf, Folder } from "../rows/plans.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeSmallTraining } from "../../session/small-training.js";
import { DatasetHub, type HubSet } from "./dataset-hub.js";

const first = "0123abc".padEnd(40, "0");
const second = "4567def".padEnd(40, "1");
const parquet = "9999999".padEnd(40, "2");
const rows = (split: string, n: number): string =>
  Array.from({ length: n }, (_, i) => JSON.stringify({ text: `${split} text number ${String(i)}`, label: i % 2 })).join(
    "\n",
  ) + "\n";
const card = `---
dataset_info:
  features:
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
---
# Reviews
`;
const golden = fileURLToPath(new URL("../../../../../tests/golden/oracle/hub-folders.json", import.meta.url));
const cases = JSON.parse(readFileSync(golden, "utf8")) as Record<string, { files: Record<string, { base64: string }> }>;
const table = Buffer.from(cases["shards"]!.files["data/train-00000-of-00002.parquet"]!.base64, "base64");

const textOf = ({ bundle }: DisplayOutput): string => String(bundle["text/plain"]);

describe("hub data set", function () {
  this.timeout(60_000);
  const folder = new Folder();
  const cache = mkdtempSync(join(tmpdir(), "tunebook-hub-"));
  const environment = { ...process.env };
  let hub: DatasetHub;
  const reviews: HubSet = {
    refs: { main: first },
    commits: {
      [first]: {
        "README.md": card,
        "data/train-00000-of-00002.jsonl": rows("train", 400),
        "data/train-00001-of-00002.jsonl": rows("more", 3),
        "data/test-00000-of-00001.jsonl": rows("test", 4),
      },
      [second]: { "README.md": card, "train.jsonl": rows("train", 5) },
    },
  };
  const scripted = { "scripted.py": "raise SystemExit\n", "README.md": "x\n" };
  const sets: Record<string, HubSet> = {
    "us/reviews": reviews,
    "us/secret": {
      refs: { main: first },
      token: "s3cret",
      commits: { [first]: { "rows.csv": "text,label\na,x\nb,y\n" } },
    },
    "us/scripted": {
      refs: { main: first, "refs/convert/parquet": parquet },
      commits: { [first]: scripted, [parquet]: { "plain/train/0000.parquet": table } },
    },
    "us/unconverted": { refs: { main: first }, commits: { [first]: scripted } },
    "us/torn": { refs: { main: first }, commits: { [first]: { "train.parquet": "PAR1 no more PAR1" } } },
    "us/sneaky": { refs: { main: first }, commits: { [first]: { "../../up.csv": "text,label\na,x\n" } } },
  };
  const source = (path: string, given: Readonly<Record<string, Value>> = {}): Call =>
    call("source", "hub", { path, ...given });
  const prepared = (path: string, given: Readonly<Record<string, Value>> = {}) =>
    prepareFetchedRows(folder.plan(source(path, given)), folder.world());
  const fresh = (): void => {
    for (const name of readdirSync(cache)) rmSync(join(cache, name), { recursive: true, force: true });
    hub.asked.length = 0;
    forgetResolvedCommits();
  };
  const fetched = (): string[] =>
    hub.asked.filter((path) => path.startsWith("GET /datasets/")).map((path) => path.split("/").slice(6).join("/"));

  before(async () => {
    hub = await DatasetHub.start(sets);
  });
  beforeEach(() => {
    const places = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(cache, "hf"), TUNEBOOK_CACHE: join(cache, "own") };
    Object.assign(process.env, places);
    for (const name of ["HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN"])
      delete process.env[name];
    reviews.refs["main"] = first;
    fresh();
  });
  after(async () => {
    // Restores the variables one by one: replacing the `process.env` object would leave the process's real environment
    // changed.
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    await hub.stop();
    folder.remove();
    rmSync(cache, { recursive: true, force: true });
  });

  it("is read with its splits, class names and commit", async () => {
    const { facts, splits } = await prepared("us/reviews");
    assert.deepEqual(
      Object.entries(facts.splits).map(([split, { rows }]) => [split, rows]),
      [
        ["train", 403],
        ["test", 4],
      ],
    );
    assert.deepEqual(facts.labels, ["neg", "pos"]);
    assert.equal((splits["train"]!.array("text") as string[])[400], "more text number 0");
    assert.deepEqual(facts.sources, [`us/reviews: commit ${first} of main`]);
    assert.match((facts.notes ?? []).join(), /write `revision: "0123abc00000"`/);
  });
  it("is downloaded once, only the needed files, and its header from the first file", async () => {
    assert.deepEqual((await readFetchedHeader(source("us/reviews"), folder.world())).columns, ["text", "label"]);
    assert.deepEqual(fetched(), ["README.md", "data/train-00000-of-00002.jsonl"]);
    await prepared("us/reviews", { split: "test" });
    assert.deepEqual(fetched().slice(2), ["data/test-00000-of-00001.jsonl"]);
    hub.asked.length = 0;
    await prepared("us/reviews");
    assert.deepEqual(fetched(), ["data/train-00001-of-00002.jsonl"]);
  });
  it("is unchanged when pinned while the branch moves, without another request", async () => {
    await prepared("us/reviews", { revision: "0123abc" });
    reviews.refs["main"] = second;
    forgetResolvedCommits();
    const moved = await prepared("us/reviews");
    assert.deepEqual([moved.facts.kept, moved.facts.sources], [5, [`us/reviews: commit ${second} of main`]]);
    const { facts } = await prepared("us/reviews", { revision: "0123abc" });
    assert.deepEqual([facts.kept, facts.sources], [407, [`us/reviews: commit ${first} of 0123abc`]]);
    assert.doesNotMatch((facts.notes ?? []).join(), /revision:/);
    hub.asked.length = 0;
    const full = await prepared("us/reviews", { revision: first });
    assert.deepEqual([full.facts.sources, hub.asked], [[`us/reviews: commit ${first}`], []]);
  });
  it("is read offline afterwards, and never partially", async () => {
    process.env["HF_HUB_OFFLINE"] = "1";
    assert.equal((await codeOf(() => prepared("us/reviews"))).code, "hub-offline");
    delete process.env["HF_HUB_OFFLINE"];
    const { facts } = await prepared("us/reviews", { split: "test" });
    process.env["HF_HUB_OFFLINE"] = "1";
    hub.asked.length = 0;
    const again = await prepared("us/reviews", { split: "test" });
    assert.deepEqual([again.facts.hash, hub.asked], [facts.hash, []]);
    assert.match((again.facts.sources ?? []).join(), /as it was fetched before \(HF_HUB_OFFLINE\)/);
    const part = await codeOf(() => prepared("us/reviews"));
    assert.deepEqual([part.code, /never fetched/.test(String(part.data["why"]))], ["hub-offline", true]);
    delete process.env["HF_HUB_OFFLINE"];
    process.env["HF_ENDPOINT"] = "http://127.0.0.1:9";
    const unreached = await prepared("us/reviews", { split: "test" });
    assert.match((unreached.facts.sources ?? []).join(), /the hub is unreachable/);
    assert.equal((await codeOf(() => prepared("us/other"))).code, "network-failed");
  });
  it("resumes after broken connections, and refuses other bytes", async () => {
    hub.breaks.push(5000, 3000);
    assert.equal((await prepared("us/reviews", { split: "train" })).facts.kept, 403);
    fresh();
    hub.lies = true;
    const error = await codeOf(() => prepared("us/reviews"));
    hub.lies = false;
    assert.equal(error.code, "checksum-mismatch");
    assert.equal((await prepared("us/reviews")).facts.kept, 407);
  });
  it("is streamed, and cached by its commit and files", async () => {
    const plan = folder.plan(source("us/reviews", { stream: true }));
    const streamed = await prepareFetchedRows(plan, folder.world());
    assert.deepEqual(
      Object.entries(streamed.streamed ?? {}).map(([name, split]) => [name, split.rows]),
      [
        ["train", 403],
        ["test", 4],
      ],
    );
    assert.equal(streamed.facts.hash, (await prepared("us/reviews")).facts.hash);
    assert.match((streamed.facts.sources ?? []).join(), /commit 0123abc/);
  });
  it("needs a token if private, and does not reveal it", async () => {
    const without = await codeOf(() => prepared("us/secret"));
    assert.deepEqual([without.code, without.data["hasToken"]], ["hub-needs-token", false]);
    process.env["HF_TOKEN"] = "s3cret";
    const { facts } = await prepared("us/secret");
    assert.equal(facts.kept, 2);
    assert.doesNotMatch(JSON.stringify(facts), /s3cret/);
  });
  it("is read in the hub's converted form if scripted, or refused", async () => {
    const { facts } = await prepared("us/scripted");
    assert.equal(facts.kept, 2);
    assert.match((facts.sources ?? []).join(), new RegExp(`commit ${parquet} of refs/convert/parquet, config plain`));
    const config = await codeOf(() => prepared("us/scripted", { config: "other" }));
    assert.deepEqual([config.code, config.data["has"]], ["hub-config", ["plain"]]);
    for (const [path, given] of [
      ["us/unconverted", {}],
      ["us/scripted", { revision: first }],
    ] as const) {
      const { code, data } = await codeOf(() => prepared(path, given));
      assert.deepEqual([code, data["script"]], ["hub-script", "scripted.py"], path);
    }
  });
  it("is a coded error if missing or if its files are broken", async () => {
    const none = await codeOf(() => prepared("us/none"));
    assert.deepEqual([none.code, none.data["revision"]], ["hub-not-found", null]);
    const revision = await codeOf(() => prepared("us/reviews", { revision: "v9" }));
    assert.deepEqual([revision.code, revision.data["revision"]], ["hub-not-found", "v9"]);
    assert.equal((await codeOf(() => prepared("us/torn"))).code, "broken-table");
    assert.equal((await codeOf(() => prepared("us/sneaky"))).code, "untrusted-answer");
  });
  it("is trained and evaluated by its own splits, with its commit in cell, plan and run", async () => {
    const book = new NotebookOfOne();
    try {
      writeSmallTraining(book.folder);
      const columns = "columns: { text: text, label: label }";
      const [cell] = await book.run(`data reviews { source: hub("us/reviews"), ${columns} }`);
      assert.match(textOf(cell!), new RegExp(`us/reviews: commit ${first} of main`));
      hub.asked.length = 0;
      await book.run(`model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
train m on reviews { steps: 2, batch_size: 8 }
evaluate m on reviews.test`);
      assert.deepEqual(hub.asked, []);
      const [run] = readdirSync(book.runs).filter((name) => name.startsWith("m-"));
      const plan = readFileSync(join(book.runs, run!, "plan.json"), "utf8");
      assert.deepEqual((JSON.parse(plan) as { sources: unknown }).sources, [`us/reviews: commit ${first} of main`]);
      const shown = book.shown.map(textOf).join("\n");
      assert.match(shown, new RegExp(`data +us/reviews: commit ${first}`));
    } finally {
      await book.close();
    }
  });
});
