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
import { roundedBy } from "#dsl/tensor/numbers/rounding.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Kind } from "#dsl/language/types/capabilities.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { StageImplementation } from "#stdlib/compression/compression-step.js";
import type { ActivationBounds } from "#stdlib/layers/rounded-activations.js";
import { closeToOthers, makePrivateFolder, writePrivate } from "../../fetch/private.js";
import type { Base } from "../../bases/base.js";
import { does } from "../../host/load-implementation.js";
import { jsonOrNone, table } from "../../fetch/json.js";
import { asFloats } from "../../tensors/numbers.js";
import { roundedMetadata, roundedTensors } from "../../tensors/rounded.js";
import { readHeader, readTensor, writeSafetensors, type TensorToWrite } from "../../tensors/safetensors.js";
import { configText } from "./config-text.js";
import { readLearntBy, writeLearnt } from "../learnt-rows.js";
import { besideWeights, copyBeside, MODEL } from "./model-folder.js";
import { readRegular } from "../read-regular.js";
import type { RunFolder } from "../run-folder.js";
import { staged } from "../staged-folder.js";

/** Kinds of stages that make a base. */
type Making = Extract<Kind, "student" | "sparsity" | "quantization">;

/** Where it lies. */
export const madeFolder = (run: string, call: Call): string => join(run, "made", hashOf(call).slice(0, 12));

/** `whole`: the trained model as a base; `licence`: what binds it. What was there before is written anew. */
export async function writeMade(
  folder: string,
  whole: Base,
  { call, licence }: { readonly call: Call; readonly licence: string | null },
): Promise<void> {
  const file = join(whole.folder, MODEL.weights);
  const header = readHeader(file);
  const family = registry.find("model", whole.facts.family)?.capabilities;
  const implementation: StageImplementation = await does(call, call.kind as Making);
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
    const rounded = how && roundedBy(asFloats(one()), shape as readonly [number, number], how);
    Object.assign(
      tensors,
      rounded ? roundedTensors(name, rounded) : { [name]: { dtype: "f32", shape, bytes: () => one().bytes } },
    );
  }
  const metadata = { format: "pt", ...(made?.lies && roundedMetadata(made.lies)) };
  await staged(folder, async (work) => {
    writeSafetensors(join(work, MODEL.weights), tensors, metadata);
    await copyBeside(work, { from: whole.folder, files: besideWeights(whole), maxLength: readsUpTo(whole) });
    await writeFileAtomic(join(work, MODEL.config), configText(config));
    const learnt = readLearntBy(whole.folder);
    if (learnt) await writeLearnt(work, learnt);
    if (licence !== null)
      await writeFileAtomic(join(work, "README.md"), `---\nlicense: ${JSON.stringify(licence)}\n---\n`);
  });
}

/** The same files where the disk can name them twice: what is made is written anew and never changed. */
export async function keepMade(run: RunFolder, folder: string): Promise<void> {
  await staged(run.base, (work) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isFile()) linkOrCopy(join(folder, entry.name), join(work, entry.name));
    return Promise.resolve();
  });
  closeToOthers(run.base);
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
export function writeBounds(run: string, call: Call, bounds: ActivationBounds): void {
  const file = boundsFile(madeFolder(run, call));
  makePrivateFolder(dirname(file));
  writePrivate(file, JSON.stringify(bounds));
}
function readBounds(folder: string): ActivationBounds | null {
  const text = readRegular(boundsFile(folder));
  return text === null ? null : jsonOrNone(text, table(v.tuple([v.number(), v.number()])));
}

/** Tokens of a text that the model was trained on. */
const readsUpTo = ({ facts: { reads, positions } }: Base): number => reads ?? positions;
