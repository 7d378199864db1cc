/**
 * A base that is made of a trained model's weights, as a folder like anybody's in the run that made these: config, tokenizer and
 * smaller weights. It is named by what it is made with, so that the same words find it again. A run that begins from it keeps it
 * as its own, and opens when the other is gone.
 */
import { constants, copyFileSync, linkSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import type { NDArray } from "#dsl/tensor/program.js";
import { roundMatrix } from "#dsl/tensor/numbers/rounding.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { WordKind } from "#dsl/language/types/capabilities.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { CompressionStepImplementation } from "#stdlib/compression/compression-step.js";
import type { ActivationRanges } from "#stdlib/layers/rounded-activations.js";
import { makePrivate, makePrivateFolder, writePrivate } from "../../fetch/private.js";
import type { Base } from "../../bases/base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { parseJsonOrNull, dictionaryOf } from "../../fetch/json.js";
import { toFloat32Array } from "../../tensors/numbers.js";
import { roundedMetadata, roundedTensors } from "../../tensors/rounded.js";
import { readHeader, readTensor, writeSafetensors, type TensorToWrite } from "../../tensors/safetensors.js";
import { configText } from "./config-text.js";
import { readLearntRecordOf, writeLearntFile } from "../learnt-rows.js";
import { companionFiles, copyCompanionFiles, MODEL_FILES } from "./model-folder.js";
import { readRegularFile } from "../read-regular.js";
import type { RunFolder } from "../run-folder.js";
import { writeStagedFolder } from "../staged-folder.js";

/** Kinds of stages that make a base. */
type Making = Extract<WordKind, "student" | "sparsity" | "quantization">;

/** Where it lies. */
export const derivedBaseFolder = (run: string, call: Call): string => join(run, "made", hashOf(call).slice(0, 12));

/** `whole`: the trained model as a base; `licence`: what binds it. What was there before is written anew. */
export async function writeDerivedBase(
  folder: string,
  whole: Base,
  { call, licence }: { readonly call: Call; readonly licence: string | null },
): Promise<void> {
  const file = join(whole.folder, MODEL_FILES.weights);
  const header = readHeader(file);
  const family = registry.find("model", whole.facts.family)?.capabilities;
  const implementation: CompressionStepImplementation = await loadImplementation(call, call.kind as Making);
  const facts = whole.facts;
  const read = (name: string): NDArray => readTensor(file, name, header, "f32");
  const bounds = readBounds(folder);
  const made = implementation.make?.(call, { facts, family, read, ...(bounds && { bounds }) });
  const { config, shapes } = made ?? facts;
  const lies = made?.lies ?? {};
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const how = lies[name];
    const one = (): NDArray => (made ? made.tensor(name) : read(name));
    // What stands for rounded numbers is rounded to the same ones again.
    const rounded = how && roundMatrix(toFloat32Array(one()), shape as readonly [number, number], how);
    Object.assign(
      tensors,
      rounded ? roundedTensors(name, rounded) : { [name]: { dtype: "f32", shape, bytes: () => one().bytes } },
    );
  }
  const metadata = { format: "pt", ...(made?.lies && roundedMetadata(made.lies)) };
  await writeStagedFolder(folder, async (work) => {
    writeSafetensors(join(work, MODEL_FILES.weights), tensors, metadata);
    await copyCompanionFiles(work, { from: whole.folder, files: companionFiles(whole), maxLength: readsUpTo(whole) });
    await writeFileAtomic(join(work, MODEL_FILES.config), configText(config));
    const learnt = readLearntRecordOf(whole.folder);
    if (learnt) await writeLearntFile(work, learnt);
    if (licence !== null)
      await writeFileAtomic(join(work, "README.md"), `---\nlicense: ${JSON.stringify(licence)}\n---\n`);
  });
}

/** The same files where the disk can name them twice: what is made is written anew and never changed. */
export async function saveDerivedBaseToRun(run: RunFolder, folder: string): Promise<void> {
  await writeStagedFolder(run.base, (work) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isFile()) linkOrCopy(join(folder, entry.name), join(work, entry.name));
    return Promise.resolve();
  });
  makePrivate(run.base);
}
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

/** Beside the folder that is made with them. */
const boundsFile = (folder: string): string => `${folder}.bounds.json`;
/** Bounds that rows showed, by which `call` makes its base of that run's weights. */
export function writeActivationBounds(run: string, call: Call, bounds: ActivationRanges): void {
  const file = boundsFile(derivedBaseFolder(run, call));
  makePrivateFolder(dirname(file));
  writePrivate(file, JSON.stringify(bounds));
}
function readBounds(folder: string): ActivationRanges | null {
  const text = readRegularFile(boundsFile(folder));
  return text === null ? null : parseJsonOrNull(text, dictionaryOf(v.tuple([v.number(), v.number()])));
}

/** Tokens of a text that the model was trained on. */
const readsUpTo = ({ facts: { reads, positions } }: Base): number => reads ?? positions;
