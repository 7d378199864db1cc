/**
 * Trainings of a complete model on several threads: each gives the bits of the one before, including the gradient
 * norms.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { cell, runsOf } from "../apps/processes/training/apart.js";
import { definitions, writeSmallTraining } from "../session/small-training.js";
import { listCheckpoints } from "#kernel/runs/checkpoints.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";

/**
 * Steps of a training of MiniLM, since the norms of a small model are equal in any order of summation. With
 * TensorFlow's own sum of the norms, five of five trainings differed by step 5.
 */
const STEPS = 8;

describe("full model trained twice on two threads", function () {
  this.timeout(240_000);
  it("is bit-identical, and `deterministic` changes nothing on a CPU", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-bits-"));
    writeSmallTraining(folder);
    const text = (more: string): string => `engine { engine: tensorflow, threads: 2${more} }
${definitions.replace('"bert"', '"all-MiniLM-L6-v2"')}train m on d as night { steps: ${String(STEPS)}, batch_size: 16, clip: 0.5, validate: every(epochs: 9), log: every(steps: 1), seed: 3 }`;
    try {
      const made: { readonly norms: readonly number[]; readonly states: object }[] = [];
      for (const [i, more] of ["", "", ", deterministic: true"].entries()) {
        const root = join(folder, String(i));
        await cell(folder, root, text(more));
        const [run] = runsOf(root, "night");
        assert.ok(run);
        made.push({ norms: normsOf(run), states: statesOf(run) });
        assert.equal(normsOf(run).length, STEPS);
        const record = run.lock()?.record as { readonly engine?: { readonly deterministic?: true } } | undefined;
        assert.equal(record?.engine?.deterministic, more === "" ? undefined : true);
      }
      for (const one of made.slice(1)) assert.deepEqual(one, made[0]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function normsOf(run: RunFolder): readonly number[] {
  return run.events().flatMap((event) => (event.kind === "step" ? [event.norm] : []));
}

/** Returns a hash of each tensor's bits, for the weights and moments at the end. */
function statesOf(run: RunFolder): Readonly<Record<string, string>> {
  const file = listCheckpoints(run).at(-1)?.file ?? "";
  const header = readHeader(file);
  const bitsOf = (name: string): string =>
    createHash("sha256")
      .update(readTensor(file, name, header).bytes)
      .digest("hex");
  return Object.fromEntries(Object.keys(header.tensors).map((name) => [name, bitsOf(name)]));
}
