/** A run's lock: repeating, comparing, and searching it for secrets. */
import assert from "node:assert/strict";
import { recipeHash } from "#dsl/compiler/plan/hash.js";
import { SEMANTICS_VERSION } from "#dsl/compiler/plan/semantics.js";
import { readPlanAndLock } from "#kernel/runs/history/damage.js";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { runRecordOfPinnedFacts, type RunRecord } from "#kernel/runs/run-record.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { runDiffOf, runDiffText } from "#kernel/evaluation/record/diff-text.js";
import { comparedRunRecordOf } from "#kernel/runs/record/compared-run.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { replay } from "#kernel/features/replay/replay.js";
import { replayText } from "#kernel/features/replay/replay-text.js";
import { lentEngine } from "../../engines/engines.js";
import { keptFolder, root, writeNotebookFiles, type Kept } from "../../session/kept-runs.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";

const planted = {
  PLANTED_KEY: "pl4nted-hash-key-0f1e2d3c",
  PLANTED_HUB: "pl4nted-hub-token-7a6b5c4d",
  TUNEBOOK_PLANTED: "pl4nted-own-key-99887766",
  HTTPS_PROXY: "http://me:pl4nted-proxy-word@127.0.0.1:1",
  TF_VAR_password: "pl4nted-terraform-word",
} as const;
const REMOTE = "pl4nted-git-token-11223344";

describe("run record and replay", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let run: RunFolder;
  let record: RunRecord;
  const shown: string[] = [];
  const earlier: Record<string, string | undefined> = {};
  const quiet = { startEngine: lentEngine };

  before(() => {
    for (const [name, value] of Object.entries({ ...planted, HF_ENDPOINT: "http://127.0.0.1:1" })) {
      earlier[name] = process.env[name];
      process.env[name] = value;
    }
    book = new NotebookOfOne();
    writeNotebookFiles(book.folder);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", book.folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        stdio: "ignore",
      });
    git("init", "-q", "-b", "work");
    git("add", "rows.csv");
    git("commit", "-q", "-m", "x");
    git("remote", "add", "origin", `https://me:${REMOTE}@example.org/team/book.git`);
  });
  after(async () => {
    for (const [name, value] of Object.entries(earlier))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await book.close();
  });

  const cell = async (text: string): Promise<void> => {
    shown.push(...(await book.run(text)).map(({ bundle }) => JSON.stringify(bundle)));
  };
  const failed = async (text: string): Promise<string> => {
    const error = await cell(text).then(
      () => assert.fail("it did not fail"),
      (e: unknown) => e as CodedError,
    );
    shown.push(JSON.stringify([error.message, error.data, error.stack]));
    return error.code;
  };
  const ids = (): readonly string[] =>
    readdirSync(book.runs).filter((id) => existsSync(join(book.runs, id, "lock.json")));

  it("records rows, files, base, versions, machine, seeds and git state in the lock", async () => {
    await cell(`data d {
  source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part)
  clean: redact(email, replacement: hash, key: secret(env: PLANTED_KEY))
}
model small { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 16 }
recipe r { epochs: 4, batch_size: 8, seed: 7, optimizer: adamw(learning_rate: 5e-3), log: every(steps: 1) }`);
    await cell("train small on d with r");
    await cell("evaluate small on d.test { metrics: [accuracy, loss], worst: 0 }");
    run = RunFolder.open((book.values.get("small") as ModelHandle).folder!);
    const lock = run.lock()!;
    record = runRecordOfPinnedFacts(lock)!;
    assert.ok(record, "its lock has a record");
    assert.deepEqual(Object.keys(record.splits).sort(), ["test", "train", "validation"]);
    const files = record.files.map(({ sort, name }) => `${sort} ${name}`);
    assert.ok(files.includes("data rows.csv") && files.includes("base model.safetensors"), files.join());
    assert.ok(files.includes("base tokenizer.json") && files.includes("base config.json"));
    assert.deepEqual(record.seeds, { training: 7, data: 0 });
    assert.equal(record.versions["node"], process.versions.node);
    for (const name of ["tunebook", "@anush008/tokenizers"]) assert.match(record.versions[name] ?? "", /^\d+\./, name);
    assert.ok(record.engine.threads >= 1 && record.machine.processor !== "");
    const { commit, branch, changed, remote } = record.git!;
    assert.match(commit, /^[0-9a-f]{40}$/);
    assert.deepEqual([branch, changed, remote], ["work", 0, "https://example.org/team/book.git"]);
  });

  it("replays bit for bit if nothing changed and reports the comparison", async () => {
    const again = await replay(run, { ...quiet, exact: true });
    assert.deepEqual(again.changed.concat(again.elsewhere), []);
    assert.ok(again.same && again.numbers.exact, replayText(again));
    assert.ok(again.numbers.losses > 10 && again.numbers.scores >= 1);
    assert.deepEqual(again.left, []);
    const lock = RunFolder.open(again.again).lock()!;
    assert.deepEqual([lock.replays, lock.recipeHash, lock.name], [run.id, run.lock()!.recipeHash, "small_again"]);
    assert.match(replayText(again), /^small-\S+ repeats bit for bit: \d+ losses and \d+ scores are the same\./);
  });

  it("replays within tolerance on another engine", async () => {
    const other = record.engine.name === "onnx" ? "tensorflow" : "onnx";
    const strict = await replay(run, { ...quiet, engine: other, exact: true });
    assert.match(replayText(strict), /doesn't repeat bit for bit, but within tolerance on /);
    assert.equal(strict.same, false);
    const again = await replay(run, { ...quiet, engine: other });
    assert.ok(again.elsewhere.some(({ what }) => what === "engine"));
    assert.deepEqual(again.numbers.beyond, [], replayText(again));
    assert.ok(again.same && !again.numbers.exact);
    assert.match(replayText(again), /repeats within tolerance on /);
  });

  const changedIn = async (work: () => void): Promise<readonly string[]> => {
    const count = ids().length;
    work();
    const error = await replay(run, quiet).then(
      () => assert.fail("it was repeated"),
      (e: unknown) => e as CodedError<"replay-changed">,
    );
    assert.equal(error.code, "replay-changed");
    assert.equal(ids().length, count, "nothing was trained");
    return error.data.changed.map(({ what }) => what);
  };
  /** Changes a file during the check and restores it. */
  const with_ = async (file: string, change: (text: string) => string): Promise<readonly string[]> => {
    const was = readFileSync(file);
    try {
      return await changedIn(() => writeFileSync(file, change(was.toString("utf8"))));
    } finally {
      writeFileSync(file, was);
    }
  };

  it("names what changed before training", async () => {
    const rows = join(book.folder, "rows.csv");
    assert.deepEqual(await with_(rows, (text) => text.replace("good film", "good novel")), [
      "rows of train",
      "file rows.csv",
    ]);
    const lock = join(run.path, "lock.json");
    assert.deepEqual(await with_(lock, (text) => text.replaceAll(/"tunebook": "[^"]+"/g, '"tunebook": "0.0.1"')), [
      "version of tunebook",
    ]);
    const plan = join(run.path, "plan.json");
    assert.deepEqual(await with_(plan, (text) => text.replace('"seed": 7', '"seed": 8')), ["seed of the training"]);
    assert.deepEqual(await with_(plan, (text) => text.replace('"batch_size": 8', '"batch_size": 4')), ["recipe"]);
    const tokenizer = join(book.folder, "bert", "tokenizer.json");
    assert.deepEqual(await with_(tokenizer, (text) => `${text} `), ["tokenizer tokenizer.json"]);
  });

  it("replays despite changes on demand and reports differing results", async () => {
    const rows = join(book.folder, "rows.csv");
    const was = readFileSync(rows, "utf8");
    writeFileSync(rows, was.replaceAll(",yes,train", ",no,train"));
    try {
      const again = await replay(run, { ...quiet, anyway: true });
      assert.equal(again.same, false);
      assert.match(replayText(again), /doesn't repeat.*\n\nWhat it was made of had changed:\n +data +rows of train/);
      const diff = runDiffOf(comparedRunRecordOf(run), comparedRunRecordOf(RunFolder.open(again.again)));
      assert.deepEqual(
        diff.numbers.map(({ group }) => group).filter((group) => group !== "data"),
        [],
      );
      assert.match(runDiffText(diff), /Differences that can change numbers:\n +data +rows of train/);
      assert.match(runDiffText(diff), /\n +22 rows changed: row 1 \(label\), row 3 \(label\)/);
      const test = diff.scores.moved.find(({ on, metric }) => on === "d.test" && metric === "accuracy");
      assert.equal(test?.sameRows, true, "the rows of test are the same");
      assert.equal(diff.scores.moved.find(({ on }) => on === "d.validation")?.sameRows, true);
      assert.match(runDiffText(diff), /accuracy +on d\.test/);
    } finally {
      writeFileSync(rows, was);
    }
  });

  it("rejects the replay of a run on a notebook table", async () => {
    const live = {
      rows: [
        { text: "a", label: "x" },
        { text: "b", label: "y" },
      ],
    };
    const text = `data t { source: $rows, columns: { text: text, label: label } }
train small on t as tabled { epochs: 1, validate: none }`;
    await book.run(text, { live });
    const tabled = (book.values.get("tabled") as ModelHandle).folder!;
    await assert.rejects(replay(RunFolder.open(tabled), quiet), (error: unknown) => {
      assert.ok(error instanceof CodedError && error.code === "not-replayable");
      assert.deepEqual(error.data, { run: RunFolder.open(tabled).id, tables: ["$rows"], words: [], deployed: null });
      return true;
    });
  });

  it("leaks no secret into runs, the sweep journal, outputs or errors", async () => {
    await cell(
      "sweep small on d as search with r { vary: { optimizer.learning_rate: log(1e-4..1e-2) }, trials: 1, maximize: accuracy }",
    );
    const code = await failed('deploy small to huggingface("me/x", push: secret(env: PLANTED_HUB))');
    assert.equal(code, "push-failed");
    shown.push(JSON.stringify(book.warnings));
    const words = [...Object.values(planted).map((value) => /pl4nted-[\w-]+/.exec(value)![0]), REMOTE];
    let looked = 0;
    for (const entry of readdirSync(book.folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes(`${"/"}.git/`)) continue;
      looked += 1;
      const bytes = readFileSync(path);
      for (const word of words) assert.equal(bytes.includes(word), false, `${path} holds ${word}`);
    }
    assert.ok(looked > 40);
    for (const word of words) assert.equal(shown.join("\n").includes(word), false, `what was shown holds ${word}`);
    assert.match(shown.join("\n"), /PLANTED_HUB/, "its name is told");
  });
});

describe("shortened quickstart", function () {
  this.timeout(120_000);
  it("replays within tolerance with TensorFlow and with ONNX Runtime", async () => {
    const book = new NotebookOfOne();
    try {
      mkdirSync(join(book.folder, "data"));
      const rows = readFileSync(join(root, "notebooks/data/sentiment.csv"), "utf8");
      writeFileSync(join(book.folder, "data", "sentiment.csv"), rows);
      await book.run(`data reviews {
  source: csv("data/sentiment.csv"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: by_column(part), allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 128 }
recipe quick { steps: 5, batch_size: 16, optimizer: adamw(learning_rate: 2e-3), seed: 0, log: every(steps: 1), validate: none }
train mood on reviews with quick`);
      const run = RunFolder.open((book.values.get("mood") as ModelHandle).folder!);
      assert.equal(runRecordOfPinnedFacts(run.lock())?.allowed?.[0]?.code, "near-leak");
      for (const engine of ["tensorflow", "onnx"] as const) {
        const { numbers, same } = await replay(run, { startEngine: lentEngine, engine });
        assert.ok(same && numbers.losses === 5, `${engine}: ${JSON.stringify(numbers)}`);
        assert.ok(numbers.furthest.loss < 1e-3, `${engine}: ${String(numbers.furthest.loss)}`);
      }
    } finally {
      await book.close();
    }
  });
});

describe("run of version 0.1.0", function () {
  this.timeout(60_000);
  it("is not replayed because its schedule had other rates, and differs if replayed anyway", async () => {
    const book = new NotebookOfOne();
    try {
      writeNotebookFiles(book.folder);
      const folder = join(keptFolder, "0.1.0");
      const kept = JSON.parse(readFileSync(join(folder, "kept.json"), "utf8")) as Kept;
      cpSync(join(folder, "runs"), book.runs, { recursive: true });
      const run = RunFolder.open(join(book.runs, kept.runs.straight));
      await assert.rejects(replay(run, { startEngine: lentEngine }), (error: CodedError) => {
        assert.equal(error.code, "replay-changed");
        assert.ok(JSON.stringify(error.data).includes('"then":"1","now":"2"'), JSON.stringify(error.data));
        return true;
      });
      const again = await replay(run, { startEngine: lentEngine, anyway: true });
      assert.ok(again.unknown && !again.same, replayText(again));
      assert.ok(again.numbers.losses > 50);
      const { recipe, recipeHash: hash } = readPlanAndLock(RunFolder.open(again.again)).plan;
      assert.deepEqual([recipe.semantics, hash], [SEMANTICS_VERSION, recipeHash(recipe)]);
    } finally {
      await book.close();
    }
  });
});
