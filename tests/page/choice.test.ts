/** Where a training of the page computes, chosen by the seconds and losses of a few steps on each device. */
import assert from "node:assert/strict";
import { fasterDevice } from "#page/training/choice.js";

const took = (seconds: number, ...losses: readonly number[]) => ({ seconds, losses });

describe("device selection of the training page", () => {
  it("takes the faster device, and reports both times", () => {
    const { device, why } = fasterDevice(took(0.1, 0.7, 0.6), took(0.86, 0.7, 0.6004));
    assert.equal(device, "webgpu");
    assert.equal(why, "a step took 0.10 s on WebGPU, 0.86 s on WebAssembly");
    assert.equal(fasterDevice(took(0.9, 0.7), took(0.8, 0.7)).device, "wasm");
    assert.equal(fasterDevice(took(0.8, 0.7), took(0.8, 0.7)).device, "wasm");
  });

  it("rejects a GPU whose losses differ or are missing", () => {
    for (const there of [took(0.1, 0.7, 0.61), took(0.1, 0.7, Number.NaN), took(0.1, 0.7)]) {
      const { device, why } = fasterDevice(there, took(0.8, 0.7, 0.6));
      assert.equal(device, "wasm");
      assert.match(why ?? "", /losses on WebGPU were others/);
    }
  });
});
