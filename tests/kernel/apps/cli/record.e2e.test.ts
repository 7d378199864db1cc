/** The commands for a run's record as a user calls them: replay, diff, verify of a notebook, bundle. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { writeNotebookFiles } from "../../session/kept-runs.js";
import { TrackerServer } from "../../trackers/server.js";
import { called } from "./called.js";

const definitions = `data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
model small { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 16 }
recipe r { epochs: 2, batch_size: 8, seed: 7, optimizer: adamw(learning_rate: 5e-3) }
`;
const cells = [definitions, "train small on d with r", "evaluate small on d.test { metrics: [accuracy, loss] }"];

function writeNotebook(folder: string, sources: readonly string[]): void {
  const cell = (source: string, i: number) => ({
    ...{ cell_type: "code", id: `c${String(i)}`, metadata: {}, execution_count: null, outputs: [], source },
  });
  const notebook = { cells: sources.map(cell), metadata: {}, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(folder, "small.ipynb"), JSON.stringify(notebook));
}

describe("commands on run records", function () {
  this.timeout(120_000);
  let folder: string;
  const run = (...args: string[]) => called(folder, ...args);
  const ids = (at = folder): readonly string[] => readdirSync(join(at, "runs")).filter((id) => id.startsWith("small"));
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-record-"));
    writeNotebookFiles(folder);
    writeFileSync(join(folder, "small.tune"), cells.join("\n"));
    writeNotebook(folder, cells);
    const { status, stderr } = await run("run", "small.tune");
    assert.equal(status, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("replay a run by its name, and suggest a name for an unknown one", async () => {
    const [first] = ids();
    const { status, stdout } = await run("replay", "small");
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^small-\S+ repeats bit for bit: \d+ losses and \d+ scores are the same\./);
    const again = ids().find((id) => id !== first)!;
    assert.equal(RunFolder.open(join(folder, "runs", again)).lock()?.replays, first);
    const none = await run("replay", "smal");
    assert.equal(none.status, 1);
    assert.match(none.stderr, /error\[bad-usage\]: [^]*did you mean `?small`?\?/);
    for (const command of [
      ["diff", "smal", "small"],
      ["bundle", "smal"],
    ])
      assert.match((await run(...command)).stderr, /error\[bad-usage\]: [^]*did you mean `?small`?\?/, command[0]);
    for (const command of [
      ["attach", "smlal"],
      ["runs", "stop", "smlal"],
    ])
      assert.match(
        (await run(...command)).stderr,
        /error\[nothing-to-attach\]: [^]*help: did you mean `small`\? there are: small/,
        command[0],
      );
  });
  it("say what `verify` accepts if it is given a program or a run", async () => {
    const program = await run("verify", "small.tune");
    assert.match(program.stderr, /error\[bad-usage\]: [^]*small\.tune[^]*`tunebook run`/);
    const [id = ""] = ids();
    assert.match(
      (await run("verify", `runs/${id}`)).stderr,
      /error\[bad-usage\]: [^]*`tunebook replay runs\/small\S+`/,
    );
  });
  it("write a report of a run by the name of its training", async () => {
    writeFileSync(join(folder, "report.tune"), 'report small_again as "one.html"');
    const { status, stderr } = await run("run", "report.tune");
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(folder, "one.html"), "utf8"), /small_again/);
    writeFileSync(join(folder, "report.tune"), "report smlal");
    const none = await run("run", "report.tune");
    assert.match(none.stderr, /error\[nothing-to-attach\]: [^]*did you mean `small`\?/);
    for (const name of ["report.tune", "one.html"]) rmSync(join(folder, name));
  });
  it("show the differences of two runs, as text and as JSON", async () => {
    const text = await run("diff", "small", "small_again");
    assert.match(text.stdout, /Nothing differs that can change numbers\.\n\nOther differences:\n {2}names {2}name/);
    assert.match(text.stdout, /accuracy +on d\.test .* the same/);
    const json = JSON.parse((await run("diff", "small", "small_again", "--json")).stdout) as Record<string, unknown>;
    assert.deepEqual(json["numbers"], []);
  });
  it("verify a notebook, and report changed ingredients and numbers", async () => {
    const rows = join(folder, "rows.csv");
    const was = readFileSync(rows, "utf8");
    const before = ids();
    writeFileSync(rows, was.replaceAll(",yes,train", ",no,train"));
    try {
      const { status, stdout } = await run("verify", "small.ipynb");
      assert.equal(status, 1, stdout);
      assert.match(
        stdout,
        /^small\.ipynb has changed ingredients \(.*rows of train.*\), and gives other numbers: 1 run compared/,
      );
      assert.match(stdout, /\d+ numbers beyond tolerance of \d+ losses and \d+ scores/);
      assert.match(
        stdout,
        /: its ingredients changed:\n {2}data +rows of train {2}44 rows, content \w+ → 44 rows, content \w+\n +\d+ rows changed: row \d+ \(label\)/,
      );
      writeFileSync(rows, `${was.trimEnd()}\nnever read,yes,elsewhere\n`);
      const same = await run("verify", "small.ipynb");
      assert.equal(same.status, 0, same.stdout);
      assert.match(
        same.stdout,
        /^small\.ipynb has changed ingredients \(rows of elsewhere, file rows\.csv\), and its numbers are the same bit for bit: 1 run compared/,
      );
    } finally {
      writeFileSync(rows, was);
    }
    assert.deepEqual(ids(), before, "its runs are thrown away");
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes("executed")),
      [],
    );
  });
  it("verify a notebook with trackers, reports, deploys and saves, without side effects", async () => {
    const at = mkdtempSync(join(tmpdir(), "tunebook-verified-"));
    const server = await TrackerServer.start();
    try {
      writeNotebookFiles(at);
      const trackers = `[mlflow("${server.url}", token: secret(env: NOBODY_HAS_IT)), tensorboard("board")]`;
      writeNotebook(at, [
        `experiment { name: "tries", trackers: ${trackers} }\n${definitions}`,
        `train small on d with r as night { detach: true }`,
        `attach night\nevaluate night on d.test { metrics: [accuracy] }`,
        `report night as "pages/night.html"\ndeploy night to huggingface("build/night")`,
        `console.log(\`saved in \${(await night.save("kept/night", { replace: true })).folder}\`); await night.merge("kept/whole")`,
        `model next { base: "kept/whole", task: text_classification, max_length: 16 }\ntrain next on d with r { epochs: 1 }`,
      ]);
      const files = (): readonly string[] =>
        readdirSync(at, { recursive: true, withFileTypes: true }).map((one) => join(one.parentPath, one.name));
      const before = files();
      const { status, stdout, stderr } = await called(at, "verify", "small.ipynb", "--json", "-o", "../out.ipynb");
      assert.equal(status, 0, stdout + stderr);
      const { runs } = JSON.parse(stdout) as { readonly runs: readonly { readonly name: string }[] };
      assert.deepEqual(
        runs.map(({ name }) => name),
        ["night", "next"],
      );
      assert.deepEqual(files(), before);
      assert.deepEqual(server.asked, []);
      const out = readFileSync(join(at, "../out.ipynb"), "utf8");
      assert.match(out, /mlflow at .* not contacted: the notebook is being verified/);
      assert.match(
        out,
        /Report: pages\/night\.html, .*The notebook is being verified: this goes into a temporary folder/,
      );
      assert.match(
        out,
        /night deployed to build\/night.*The notebook is being verified: this goes into a temporary folder/,
      );
      const saved = /saved in ([^\\"]+)/.exec(out)?.[1] ?? "";
      assert.ok(saved !== "" && !existsSync(saved), saved);
    } finally {
      await server.stop();
      rmSync(join(at, "../out.ipynb"), { force: true });
      rmSync(at, { recursive: true, force: true });
    }
  });
  it("verify a notebook against its own run, with the parameters of that run", async () => {
    const at = mkdtempSync(join(tmpdir(), "tunebook-parameters-"));
    try {
      writeNotebookFiles(at);
      const [first = "", ...others] = cells;
      const recipe = first.replace("epochs: 2", "epochs: $epochs");
      writeNotebook(at, ["parameters { epochs: 1 }", recipe, ...others]);
      const ran = async (...more: string[]) => {
        const { status, stderr } = await called(at, "run", "small.ipynb", "-o", "small.ipynb", ...more);
        assert.equal(status, 0, stderr);
      };
      await ran("-p", "epochs=3");
      const own = readFileSync(join(at, "small.ipynb"), "utf8");
      const [, id] = /"run": ?"(small-[^"]+)"/.exec(own) ?? [];
      // A later run of the same name with other parameters.
      await ran("-p", "epochs=2");
      writeFileSync(join(at, "small.ipynb"), own);
      const same = await called(at, "verify", "small.ipynb");
      assert.equal(same.status, 0, same.stdout + same.stderr);
      assert.ok(id !== undefined && same.stdout.includes(`small (${id}): bit for bit the same`), same.stdout);
      // A score edited by hand in the notebook.
      const line = /accuracy {2}\d\.\d+ \(/.exec(own)?.[0] ?? "no line";
      assert.ok(own.includes(line));
      writeFileSync(join(at, "small.ipynb"), own.replace(line, "accuracy  0.1230 ("));
      const edited = await called(at, "verify", "small.ipynb");
      assert.equal(edited.status, 1, edited.stdout + edited.stderr);
      assert.match(edited.stdout, /0\.1230/);
      // Verifies with other parameters than the notebook's own.
      writeFileSync(join(at, "small.ipynb"), own);
      const other = await called(at, "verify", "small.ipynb", "-p", "epochs=1");
      assert.equal(other.status, 1, other.stdout);
      assert.doesNotMatch(other.stdout, /the same numbers|bit for bit/);
    } finally {
      rmSync(at, { recursive: true, force: true });
    }
  });
  it("bundle a program, and a run, that give the same results elsewhere", async () => {
    assert.equal((await run("bundle", "small.tune", "-o", "small.tar")).status, 0);
    const opened = await run("bundle", "--open", "small.tar", "there");
    assert.match(opened.stdout, /every hash is right\. There `npx tunebook run small\.tune` needs no network\.\n$/);
    const there = join(folder, "there");
    const plan = async (at: string) => {
      const { stdout } = await called(at, "plan", "small.tune", "--json");
      return (JSON.parse(stdout) as { plans: readonly { recipeHash: string }[] }).plans[0]?.recipeHash;
    };
    assert.equal(await plan(there), await plan(folder));
    assert.equal((await run("bundle", "runs/" + ids()[0]!, "-o", "run.tar")).status, 0);
    assert.equal((await run("bundle", "--open", "run.tar", "ran")).status, 0);
    const [id] = ids(join(folder, "ran"));
    const { status, stdout } = await called(join(folder, "ran"), "replay", `runs/${id ?? ""}`);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /repeats bit for bit/);
  });
  it("replay a run of a moved folder with the files of the new folder", async () => {
    const moved = mkdtempSync(join(tmpdir(), "tunebook-moved-"));
    try {
      cpSync(folder, moved, { recursive: true });
      const [id] = ids();
      const rows = join(moved, "rows.csv");
      writeFileSync(rows, readFileSync(rows, "utf8").replaceAll(",yes,train", ",no,train"));
      const { status, stderr } = await called(moved, "replay", `runs/${id ?? ""}`);
      assert.equal(status, 1);
      assert.match(stderr, /error\[replay-changed\].*rows of train, .*file rows\.csv/s);
    } finally {
      rmSync(moved, { recursive: true, force: true });
    }
  });
  it("replay an interrupted run as far as it went", async () => {
    const [id] = ids();
    const run1 = RunFolder.open(join(folder, "runs", id ?? ""));
    const cut = join(folder, "runs", "cut-20260101-000000-abcdef");
    cpSync(run1.path, cut, { recursive: true });
    rmSync(join(cut, "scores.jsonl"));
    const lines = readFileSync(run1.eventsFile, "utf8").split("\n");
    const at = lines.findIndex((line) => line.includes('"kind":"step","step":3,'));
    assert.ok(at > 0);
    writeFileSync(join(cut, "events.jsonl"), `${lines.slice(0, at + 1).join("\n")}\n`);
    const { status, stdout } = await run("replay", "runs/cut-20260101-000000-abcdef");
    assert.equal(status, 0, stdout);
    const again = RunFolder.open(/The repetition is (\S+)/.exec(stdout)?.[1] ?? "");
    assert.equal(Math.max(...again.events().map((event) => (event.kind === "step" ? event.step : 0))), 3);
    for (const path of [cut, again.path]) rmSync(path, { recursive: true, force: true });
  });
  it("reject a bundle of files with absolute paths", async () => {
    const text = definitions.replace('"rows.csv"', JSON.stringify(join(folder, "rows.csv")));
    writeFileSync(join(folder, "bad.tune"), `${text}train small on d with r`);
    const { status, stderr } = await run("bundle", "bad.tune", "-o", "bad.tar");
    assert.equal(status, 1);
    assert.match(stderr, /error\[not-bundled\]: bad\.tune would not run from a bundle: .*rows\.csv starts at the root/);
    assert.equal(existsSync(join(folder, "bad.tar")), false);
  });
});
