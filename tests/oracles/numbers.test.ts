import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { differences } from "./compare.js";
import { uniform } from "./numbers.js";
import { readSafetensors } from "./safetensors.js";

const models = fileURLToPath(new URL("../../../tests/fixtures/models/", import.meta.url));

describe("oracles", () => {
  it("make the same random numbers in Python and in TypeScript", () => {
    const made = uniform("bert-plain/classifier.weight", [3, 32], 0.25);
    const kept = readSafetensors(join(models, "bert-plain", "model.safetensors"))["classifier.weight"];
    assert.deepEqual(kept?.shape, [3, 32]);
    assert.deepEqual(new Uint8Array(made.buffer), new Uint8Array(kept.bytes));
  });
  it("detect a changed number, a changed value and a missing key", () => {
    const kept = { loss: [0.5, 0.25], name: "a", gone: 1 };
    assert.deepEqual(differences({ ...kept, loss: [0.5, 0.250001] }, kept, 1e-5), []);
    assert.deepEqual(differences({ loss: [0.5, 0.26], name: "b" }, kept, 1e-5), [
      "loss[1]: 0.26 now, 0.25 kept",
      'name: "b" now, "a" kept',
      "gone: undefined now, 1 kept",
    ]);
  });
});
