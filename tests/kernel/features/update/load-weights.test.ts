/**
 * Weights loaded for a task after a strategy enlarged a matrix: the first part is unchanged, and the change is
 * reported.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray } from "#dsl/tensor/program.js";
import { ewc } from "#stdlib/strategies/ewc.js";
import { oLora } from "#stdlib/strategies/o_lora.js";
import { loadWeights } from "#kernel/features/update/load-weights.js";
import { readTensor, writeSafetensors } from "#kernel/tensors/safetensors.js";

const [A, B] = ["layer.lora_A.weight", "layer.lora_B.weight"] as const;
const tensor = (shape: number[], from: number): NDArray => {
  const all = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => from + i);
  return { dtype: "f32", shape, bytes: new Uint8Array(all.buffer) };
};

/** A fake store with a program's initial weights. */
function storeOf(begin: Readonly<Record<string, NDArray>>) {
  const held = new Map(Object.entries(begin));
  const session = {
    load: (file: string, names: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
      for (const [name, there] of Object.entries(names)) {
        const { shape, bytes } = readTensor(file, there);
        assert.deepEqual(held.get(name)?.shape, shape, `${name} fits`);
        held.set(name, { dtype: "f32", shape, bytes });
      }
      return Promise.resolve(Object.keys(names));
    },
    read: (name: string) => Promise.resolve(held.get(name)!),
    write: (name: string, value: NDArray) => Promise.resolve(void held.set(name, value)),
  };
  return {
    session,
    floats: (name: string) => [...new Float32Array(held.get(name)!.bytes.slice().buffer)],
  };
}

describe("weights loaded by an update stage", () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "tunebook-take-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const strategies = [
    { call: { kind: "strategy", word: "o_lora", arguments: { strength: 0.5, rank: 1 } }, implementation: oLora },
    { call: { kind: "strategy", word: "ewc", arguments: {} }, implementation: ewc },
  ];
  const carried = [A, B, `ewc.fisher/${A}`, `ewc.anchor/${A}`, `ewc.fisher/${B}`, `ewc.anchor/${B}`];
  const had = {
    [A]: tensor([2, 3], 100),
    [B]: tensor([4, 2], 200),
    [`ewc.fisher/${A}`]: tensor([2, 3], 300),
    [`ewc.anchor/${A}`]: tensor([2, 3], 400),
  };
  const fresh = {
    [A]: tensor([3, 3], 0),
    [B]: tensor([4, 3], 0),
    ...Object.fromEntries(carried.slice(2).map((name) => [name, tensor(name.endsWith(A) ? [3, 3] : [4, 3], -50)])),
  };

  it("have the earlier values first, followed by the new ones", async () => {
    const file = join(folder, "two.safetensors");
    writeSafetensors(file, had);
    const { session, floats } = storeOf(fresh);
    await loadWeights({ session, carried, strategies }, { file, labels: [] }, []);
    assert.deepEqual(floats(A), [100, 101, 102, 103, 104, 105, 6, 7, 8]);
    assert.deepEqual(floats(B), [200, 201, 2, 202, 203, 5, 204, 205, 8, 206, 207, 11]);
    assert.deepEqual(floats(`ewc.fisher/${A}`), [300, 301, 302, 303, 304, 305, -44, -43, -42]);
    // The new part of an anchor equals the initial new weights.
    assert.deepEqual(floats(`ewc.anchor/${A}`), [400, 401, 402, 403, 404, 405, 6, 7, 8]);
  });

  it("are loaded in full if nothing is new", async () => {
    const file = join(folder, "three.safetensors");
    writeSafetensors(file, { [A]: tensor([3, 3], 9) });
    const { session, floats } = storeOf(fresh);
    await loadWeights({ session, carried, strategies }, { file, labels: [] }, []);
    assert.deepEqual(floats(A), [9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });
});
