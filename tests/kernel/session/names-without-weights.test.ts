/** Names that exist only as a run folder, and trainings of this notebook that did not finish. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { compileAll } from "#kernel/session/answers/host.js";
import { keptFolder } from "./kept-runs.js";

describe("name without weights in the session", () => {
  const folder = mkdtempSync(join(tmpdir(), "of-before-"));
  const kept = join(keptFolder, readdirSync(keptFolder)[0]!);
  before(() => {
    cpSync(join(kept, "runs"), join(folder, "runs"), { recursive: true });
    const rows = Array.from({ length: 40 }, (_, i) => `text ${String(i)},${i % 2 ? "x" : "y"}`);
    writeFileSync(join(folder, "rows.csv"), ["text,label", ...rows].join("\n"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const told = async (...cells: readonly string[]): Promise<readonly string[]> => {
    const sources = cells.map((text, i) => ({ id: `cell-${String(i)}`, title: `cell ${String(i)}`, text, cell: i }));
    const { diagnostics } = await compileAll(sources, { hostContext: plainHostContext(folder) });
    return diagnostics
      .filter(({ code }) => code === "unknown-name" || code === "not-trained")
      .map((one) => `${one.code}: ${diagnosticText(one).help ?? ""}`);
  };
  const data =
    'data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 50%, test: 50%) }';

  it("gets a hint to load its run if there is one", async () => {
    const id = readdirSync(join(folder, "runs")).find((name) => name.startsWith("straight"))!;
    const [said] = await told(data, "evaluate straight on d.test");
    assert.equal(
      said,
      `unknown-name: open its run with \`model straight { load: "${id}" }\`, or run the cell that defines it`,
    );
    assert.deepEqual(await told(data, `model straight { load: "${id}" }`, "evaluate straight on d.test"), []);
    assert.deepEqual(await told(data, "evaluate nobody on d.test"), ["unknown-name: define it first"]);
    // A name that is about to be trained again does not trigger the hint about an existing run.
    assert.doesNotMatch((await told(data, "train straight on d")).join("\n"), /open its run with/);
  });
  it("gets no hint if its run has no checkpoint", async () => {
    const runs = join(folder, "runs");
    const of = readdirSync(runs).find((name) => name.startsWith("straight"))!;
    const id = of.replace("straight", "cutoff");
    cpSync(join(runs, of), join(runs, id), { recursive: true });
    for (const file of ["lock.json", "plan.json"]) {
      const path = join(runs, id, file);
      writeFileSync(path, readFileSync(path, "utf8").replaceAll('"straight"', '"cutoff"'));
    }
    const use = [data, "evaluate cutoff on d.test"] as const;
    assert.match((await told(...use)).join("\n"), /open its run with/);
    rmSync(join(runs, id, "checkpoints"), { recursive: true });
    assert.deepEqual(await told(...use), ["unknown-name: define it first"]);
  });
  it("gets a hint to resume if its training did not end", async () => {
    const model = 'model m { base: "bert", task: text_classification }';
    const [said] = await told(data, model, "train m on d as long { steps: 9 }", "evaluate long on d.test");
    assert.match(said ?? "", /^not-trained: .*`train m on d as long { …, resume: true }`/);
    const [own] = await told(data, model, "train m on d { steps: 9 }", "evaluate m on d.test");
    assert.match(own ?? "", /`train m on d { …, resume: true }`/);
    const by = "recipe r { steps: 9 }\ntrain m on d with r as long";
    assert.match(
      (await told(data, model, by, "evaluate long on d.test"))[0] ?? "",
      /`train m on d with r as long \{ …/,
    );
    const [none] = await told(data, model, "evaluate m on d.test");
    assert.match(none ?? "", /^not-trained: train it first/);
  });
});
