/** Recorded durations of a machine's trainings, stored across sessions: per engine, for models of several sizes. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { processorName } from "#kernel/engines/machine-record.js";
import { expectedTime } from "#kernel/display/plans/expected-time.js";
import { enginePaceOf, recordEnginePace, secondsWithoutStartup } from "#kernel/session/answers/machine.js";

describe("measured training pace of this machine", () => {
  const before = process.env["TUNEBOOK_MACHINE"];
  let cache: string;
  beforeEach(() => (process.env["TUNEBOOK_MACHINE"] = cache = mkdtempSync(join(tmpdir(), "tunebook-machine-"))));
  afterEach(() => {
    if (before === undefined) delete process.env["TUNEBOOK_MACHINE"];
    else process.env["TUNEBOOK_MACHINE"] = before;
    rmSync(cache, { recursive: true });
  });
  const large = { flops: 1e12, steps: 50, seconds: 8 };

  it("is stored for several model sizes, however often one is trained", () => {
    recordEnginePace("tensorflow", large);
    for (let i = 1; i <= 40; i++) recordEnginePace("tensorflow", { flops: 1e6 * i, steps: i, seconds: 0.01 * i });
    const [first, second, ...more] = enginePaceOf("tensorflow").took;
    assert.deepEqual([first, second && second.flops / second.steps, more.length], [large, 1e6, 0]);
    assert.ok(second && second.steps > 37, "the latest are kept");
    for (let i = 1; i <= 40; i++) recordEnginePace("tensorflow", { flops: 1e6 * 2 ** i, steps: 1, seconds: 1 });
    assert.equal(enginePaceOf("tensorflow").took.length, 12);
  });
  it("is that of the engine used last if `auto` chooses", () => {
    assert.deepEqual(enginePaceOf("auto"), { took: [], product: null });
    recordEnginePace("onnx", large);
    recordEnginePace("tensorflow", { ...large, seconds: 9 });
    assert.deepEqual(enginePaceOf("auto").took, [{ ...large, seconds: 9 }]);
    recordEnginePace("onnx", large);
    assert.deepEqual(enginePaceOf("auto").took, [large]);
    assert.deepEqual(enginePaceOf("tfjs").took, []);
  });
  it("ignores an engine used by another process if `auto` would choose differently", () => {
    const quick = { flops: 3.6e11, steps: 34, seconds: 4 };
    const slow = { flops: 2.5e10, steps: 10, seconds: 85.8 };
    writeFileSync(join(cache, "machine.json"), JSON.stringify({ tensorflow: [quick], tfjs: [slow] }));
    assert.deepEqual(enginePaceOf("auto").took, [quick]);
    recordEnginePace("tfjs", slow);
    assert.deepEqual(enginePaceOf("auto").took, [slow]);
    recordEnginePace("onnx", quick);
    const others = JSON.parse(readFileSync(join(cache, "machine.json"), "utf8")) as Record<string, unknown>;
    writeFileSync(join(cache, "machine.json"), JSON.stringify({ onnx: others["onnx"], tfjs: [slow] }));
    assert.deepEqual(enginePaceOf("auto").took, [quick]);
  });
  it("ignores the plain JavaScript engine if a native one was measured", () => {
    writeFileSync(join(cache, "machine.json"), JSON.stringify({ tfjs: [large] }));
    assert.deepEqual(enginePaceOf("auto").took, [large]);
    const engines = { tensorflow: { title: "TensorFlow", f32: 395, bandwidth: 31 } };
    const here = { processor: processorName(), threads: availableParallelism() };
    writeFileSync(join(cache, "engines.json"), JSON.stringify({ ...here, engines }));
    assert.deepEqual([enginePaceOf("auto").took, enginePaceOf("tfjs").took], [[], [large]]);
  });
  it("ignores a single training that was slow on a busy machine", () => {
    const at = (seconds: number) => ({ flops: 3.6e11, steps: 34, seconds });
    const told = () => enginePaceOf("tensorflow").took.map(({ seconds }) => seconds);
    recordEnginePace("tensorflow", at(1170));
    recordEnginePace("tensorflow", at(4));
    assert.deepEqual(told(), [4]);
    recordEnginePace("tensorflow", at(5));
    recordEnginePace("tensorflow", at(1000));
    assert.deepEqual(told(), [5]);
    // The machine became slower: the second measurement is accepted.
    recordEnginePace("tensorflow", at(900));
    assert.deepEqual(told(), [900]);
  });
  it("is empty for a broken, old or invalid file, which is then rewritten", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"tensorflow":2.3e8}',
      '{"tensorflow":[{"flops":0,"steps":1},null,7]}',
    ]) {
      writeFileSync(join(cache, "machine.json"), text);
      assert.deepEqual(enginePaceOf("auto"), { took: [], product: null }, text);
    }
    recordEnginePace("tensorflow", { flops: Number.NaN, steps: 1, seconds: 1 });
    recordEnginePace("tensorflow", large);
    assert.deepEqual(JSON.parse(readFileSync(join(cache, "machine.json"), "utf8")), { tensorflow: [large] });
  });
  it("is shown as a time with a range", () => {
    assert.equal(expectedTime({ seconds: null }).value, "not known yet");
    const told = expectedTime({ seconds: 95, secondsBetween: [61, 180] });
    assert.deepEqual(told, { value: "about 1 min 35 s", note: "estimated, 1 min 01 s to 3 min 00 s" });
    assert.equal(expectedTime({ seconds: 95 }).note, "estimated");
  });
  it("is shown in days if long, in the plan and the warning", () => {
    const warned = (seconds: number): string => textsOfCode("long-training", { seconds, change: null }).message;
    for (const [hours, told] of [
      [48, "2 days"],
      [75, "3 days"],
      [308_333, "12,847 days"],
    ] as const) {
      assert.equal(expectedTime({ seconds: hours * 3600 }).value, `about ${told}`);
      assert.match(warned(hours * 3600), new RegExp(`about ${told} on`));
    }
    assert.equal(expectedTime({ seconds: 47.5 * 3600 }).value, "about 47 h 30 min");
    assert.match(warned(47.5 * 3600), /about 48 h on/);
  });
  it("excludes the extra time of the first step", () => {
    const steps = [5, 1, 1.2, 1].map((seconds, i) => ({
      at: "",
      run: "",
      kind: "step" as const,
      step: i + 1,
      epoch: 0,
      tokens: 1,
      loss: 1,
      rate: 1,
      norm: 1,
      seconds,
    }));
    assert.equal(secondsWithoutStartup(10, steps), 6);
    assert.equal(secondsWithoutStartup(10, steps.slice(0, 1)), 10);
    assert.equal(secondsWithoutStartup(10, []), 10);
  });
});
