/**
 * Deploys while the disk is temporarily full, and checks what remains. A separate program, so that the limit does not
 * affect the tests.
 */
import "#tests/register-codes.js";
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { DeploymentRun } from "#kernel/features/deploy/deployment-run.js";
import type { TargetImplementation } from "#stdlib/targets/kind.js";
import { registry } from "#stdlib/registry.js";
import { contents, limit } from "../session/full-disk.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const book = new NotebookOfOne();

async function refused(text: string): Promise<CodedError> {
  try {
    await book.run(text);
  } catch (error) {
    assert.ok(error instanceof CodedError, String((error as Error).stack));
    return error;
  } finally {
    limit(null);
  }
  assert.fail(`it went well: ${text}`);
}

const TARGETS: Readonly<Record<string, (place: string) => string>> = {
  huggingface: (place) => `huggingface("${place}/x")`,
  onnx: (place) => `onnx("${place}/x")`,
  tflite: (place) => `tflite("${place}/x.tflite")`,
};

/** Deploys to an empty location and to one with an earlier deployment, with the disk filled by `fills`. */
async function keeps(target: string, fills: () => void): Promise<void> {
  for (const place of ["fresh", "kept"]) {
    const folder = join(book.folder, target, place);
    const before = contents(folder);
    assert.equal(Object.keys(before).length > 0, place === "kept");
    fills();
    const to = TARGETS[target]!(`${target}/${place}`);
    const error = await refused(`deploy labels to ${to} { overwrite: true, rows: 0 }`);
    assert.equal(error.code, "no-space", error.message);
    assert.match(error.message, new RegExp(`/${target}/${place}/x`));
    assert.deepEqual(contents(folder), before, `${target} over ${place}`);
  }
}

/** Fills the disk when the target's writer begins. */
function whenWritten(target: TargetImplementation, bytes: number): void {
  const { write } = target;
  target.write = (...given) => {
    target.write = write;
    limit(bytes);
    return write.call(target, ...given);
  };
}

/** Fills the disk when the proof is in the run but not yet in the folder. */
function beforeItsProof(): void {
  const { proved } = DeploymentRun.prototype;
  DeploymentRun.prototype.proved = async function (proof) {
    DeploymentRun.prototype.proved = proved;
    await proved.call(this, proof);
    limit(0);
  };
}

writeSmallTasks(book.folder);
try {
  const labels = TASKS.find(({ name }) => name === "labels")!;
  await book.run(programOf(labels, "full"));
  await book.run(programOf(labels, "lora(rank: 2)", "other").replace(/^data.*\n/, ""));
  const weights = statSync(join(book.folder, "bert/model.safetensors")).size;
  for (const [target, to] of Object.entries(TARGETS)) {
    await book.run(`deploy other to ${to(`${target}/kept`)} { rows: 0 }`);
    for (const bytes of [0, weights / 2]) await keeps(target, () => limit(bytes));
    const written = (await implementationOf(registry, "target", target)) as TargetImplementation;
    await keeps(target, () => whenWritten(written, weights / 2));
    await keeps(target, beforeItsProof);
    const before = contents(join(book.folder, target, "kept"));
    await book.run(`deploy labels to ${to(`${target}/kept`)} { overwrite: true, rows: 0 }`);
    const after = contents(join(book.folder, target, "kept"));
    assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort());
    assert.notDeepEqual(after, before);
    process.stdout.write(`${target}\n`);
  }
} finally {
  await book.close();
}
