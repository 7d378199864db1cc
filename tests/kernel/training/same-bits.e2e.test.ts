/** Trainings of a whole model on several threads: each gives the bits of the one before, its gradients' norm included. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunFolder } from "#kernel/artifacts/run-folder.js";
import { cell, runsOf } from "../detached/apart.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";
import { outcomeOf } from "./kills.js";

/** Of MiniLM: a small model's norms come out alike in any order. With TensorFlow's own sum of them five of five trainings differed by step 5. */
const STEPS = 8;

describe("a whole model that is trained twice on two threads", function () {
  this.timeout(240_000);
  for (const more of ["", ", deterministic: true"])
    it(`is the same to the last bit${more}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "tunebook-bits-"));
      writeSmallTraining(folder);
      const text = `engine { engine: tensorflow, threads: 2${more} }
${definitions.replace('"bert"', '"all-MiniLM-L6-v2"')}train m on d as night { steps: ${String(STEPS)}, batch_size: 16, clip: 0.5, validate: every(epochs: 9), log: every(steps: 1), seed: 3 }`;
      try {
        const runs = ["one", "two"].map((name) => join(folder, name));
        for (const root of runs) await cell(folder, root, text);
        const [one, two] = runs.map((root) => runsOf(root, "night")[0]).filter((run) => run !== undefined);
        assert.ok(one && two);
        assert.equal(normsOf(one).length, STEPS);
        assert.deepEqual(normsOf(one), normsOf(two));
        assert.equal(outcomeOf(one), outcomeOf(two));
        const record = one.lock()?.record as { readonly engine?: { readonly deterministic?: true } } | undefined;
        assert.equal(record?.engine?.deterministic, more === "" ? undefined : true);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
});

function normsOf(run: RunFolder): readonly number[] {
  return run.events().flatMap((event) => (event.kind === "step" ? [event.norm] : []));
}
