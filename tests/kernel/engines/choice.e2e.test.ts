import assert from "node:assert/strict";
import { chooseEngine } from "#kernel/engines/choice.js";
import type { MachineSpeedRecord } from "#kernel/engines/machine-record.js";
import { measureProductSpeeds } from "#kernel/engines/products.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { engineNamed } from "./engines.js";

const BOTH = ["tensorflow", "onnx"] as const;
const record = (tensorflow: number, onnx: number): MachineSpeedRecord => ({
  processor: "any",
  threads: 2,
  engines: {
    tensorflow: { title: "TensorFlow", f32: tensorflow, bf16: 300, bandwidth: 20 },
    onnx: { title: "ONNX Runtime", f32: onnx, bandwidth: 20 },
  },
});

describe("choice between native engines", () => {
  it("prefers the higher effective throughput of products, and reports both figures", () => {
    assert.equal(chooseEngine(BOTH, record(220, 186)).engine, "tensorflow");
    // A poor measurement of this machine, in which TensorFlow's steps are a sixth faster.
    assert.equal(chooseEngine(BOTH, record(183, 198)).engine, "tensorflow");
    const { engine, why } = chooseEngine(BOTH, record(200, 400));
    assert.equal(engine, "onnx");
    assert.match(why, /276 GFLOP\/s .* tensorflow at 166/);
  });
  it("depends on the trained share if both engines are close", () => {
    assert.equal(chooseEngine(BOTH, record(200, 255), { trains: "few" }).engine, "onnx");
    assert.equal(chooseEngine(BOTH, record(200, 255), { trains: "all" }).engine, "tensorflow");
  });
  it("prefers the engine that supports bf16 for bf16 work", () => {
    assert.equal(chooseEngine(BOTH, record(100, 400), { precision: "bf16" }).engine, "tensorflow");
    // The choice also holds without measurements, even if ONNX Runtime would answer sooner.
    assert.equal(chooseEngine(BOTH, null, { answers: true, precision: "bf16" }).engine, "tensorflow");
    assert.equal(chooseEngine(["onnx"], null, { answers: true, precision: "bf16" }).engine, "onnx");
  });
  it("prefers the faster engine on small batches for inference, unless the other is far faster at products", () => {
    assert.equal(chooseEngine(BOTH, record(206, 163), { answers: true }).engine, "onnx");
    assert.equal(chooseEngine(BOTH, record(206, 163), { trains: "none" }).engine, "tensorflow");
    assert.equal(chooseEngine(BOTH, record(20_000, 163), { answers: true }).engine, "tensorflow");
    assert.equal(chooseEngine(BOTH, record(206, 163), { answers: true, precision: "bf16" }).engine, "tensorflow");
    assert.equal(chooseEngine(BOTH, null, { answers: true }).engine, "onnx");
    assert.match(chooseEngine(BOTH, record(206, 163), { answers: true }).why, /^a batch of answers is expected at 126/);
  });
  it("follows the default order without measurements, and uses the only engine installed", () => {
    // A poor measurement of this machine, in which TensorFlow's steps are a sixth faster.
    assert.equal(chooseEngine(BOTH, record(183, 198)).engine, "tensorflow");
    const { engine, why } = chooseEngine(BOTH, null);
    assert.equal(engine, "tensorflow");
    assert.match(why, /tunebook setup/);
    assert.equal(chooseEngine(["onnx"], null).engine, "onnx");
  });
});

describe("explicit device", () => {
  it("is used or reported as missing; no other device replaces it", async function () {
    this.timeout(60_000);
    for (const device of ["gpu", "cpu"] as const)
      try {
        const engine = await startEngine({ engine: "auto", device });
        const has = engine.info.device;
        await engine.close();
        assert.ok(has === device || (device === "gpu" && has === "webgpu"), has);
      } catch (error) {
        assert.ok(
          error instanceof CodedError && error.code === "device-unavailable" && device === "gpu",
          String(error),
        );
      }
    await assert.rejects(startEngine({ engine: "onnx", device: "gpu" }), /onnx engine .*webgpu/);
  });
});

describe("measured throughput of an engine", () => {
  for (const name of BOTH)
    it(`is positive and finite on ${name}, within the timeout`, async function () {
      this.timeout(60_000);
      const { f32, bf16, bandwidth } = await measureProductSpeeds(await engineNamed(name));
      for (const x of [f32, bandwidth]) assert.ok(x > 0.1 && Number.isFinite(x), String(x));
      assert.equal(bf16 !== undefined, name === "tensorflow");
    });
});
