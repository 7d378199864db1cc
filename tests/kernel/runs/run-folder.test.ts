import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunFolder } from "#kernel/runs/run-folder.js";

const plan = (recipeHash: string) => ({ version: 1, recipeHash, planHash: "p" }) as unknown as Plan;
const lock = (recipeHash: string) => ({
  recipeHash,
  planHash: "p",
  dataHash: null,
  baseHash: null,
  labels: [],
  engine: "test",
  tunebook: "0",
  node: "0",
});
const step = (loss: number): RunEvent => ({
  at: "2026-01-01",
  run: "r",
  kind: "step",
  step: 1,
  epoch: 1,
  tokens: 3,
  loss,
  rate: 1,
  norm: 1,
  seconds: 1,
});

describe("run folder", () => {
  let root = "";
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "runs-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  it("is new for every run, also within one second", () => {
    const made = [1, 2, 3].map(() => RunFolder.create(root, "router", plan("abcdef12"), lock("abcdef12")).id);
    assert.equal(new Set(made).size, 3);
  });

  it("is found by its recipe, newest first", async () => {
    const first = RunFolder.create(root, "a", plan("one"), lock("one"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = RunFolder.create(root, "a", plan("one"), lock("one"));
    RunFolder.create(root, "a", plan("two"), lock("two"));
    writeFileSync(join(root, "stray.txt"), "not a run");
    assert.deepEqual(
      RunFolder.find(root, "one").map((r) => r.id),
      [second.id, first.id],
    );
    assert.deepEqual(RunFolder.find(join(root, "nowhere"), "one"), []);
  });

  it("writes one event per line, with NaN and infinity as strings, and reads them back", () => {
    const run = RunFolder.create(root, "a", plan("one"), lock("one"));
    run.append(step(0.5));
    run.append(step(Number.NaN));
    run.append(step(Number.POSITIVE_INFINITY));
    const lines = readFileSync(run.eventsFile, "utf8").trimEnd().split("\n");
    assert.match(lines[1]!, /"loss":"NaN"/);
    assert.deepEqual(
      run.events().map((e) => e.kind === "step" && e.loss),
      [0.5, Number.NaN, Number.POSITIVE_INFINITY],
    );
  });

  it("skips a torn last line of the log", () => {
    const run = RunFolder.create(root, "a", plan("one"), lock("one"));
    run.append(step(0.5));
    appendFileSync(run.eventsFile, '{"at":"2026-01-01","kind":"st');
    assert.equal(run.events().length, 1);
  });

  it("starts a new line after a torn one and reads events that older versions appended to it", () => {
    const run = RunFolder.create(root, "a", plan("one"), lock("one"));
    run.append(step(0.5));
    const torn = '{"at":"2026-01-01","run":"r","kind":"stepp","loss":0.';
    appendFileSync(run.eventsFile, torn);
    run.append(step(0.25));
    assert.equal(
      readFileSync(run.eventsFile, "utf8"),
      `${[JSON.stringify(step(0.5)), torn, JSON.stringify(step(0.25))].join("\n")}\n`,
    );
    appendFileSync(run.eventsFile, `${torn}${torn}${JSON.stringify(step(0.125))}\n${JSON.stringify(step(0.1))}`);
    run.append(step(0.05));
    appendFileSync(run.eventsFile, `null\n[{"at":1}]\n"text"\n{"at":1,"kind":"step"}\n`);
    assert.deepEqual(
      run.events().map((e) => e.kind === "step" && e.loss),
      [0.5, 0.25, 0.125, 0.1, 0.05],
    );
  });

  it("reports an unwritable folder with a code", () => {
    writeFileSync(join(root, "file"), "");
    assert.throws(() => RunFolder.create(join(root, "file", "runs"), "a", plan("one"), lock("one")), {
      code: "run-folder",
    });
  });
});
