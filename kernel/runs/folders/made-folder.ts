/**
 * A base derived from a trained model's weights, as a standard folder in that model's run: config, tokenizer and
 * smaller weights. Its name is derived from the call, so that the same call finds it again. A run that starts from it
 * saves its own copy, and stays usable when the other run is removed.
 */
import { dirname, join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { CompressionStepImplementation } from "#stdlib/compression/compression-step.js";
import type { ActivationRanges } from "#stdlib/layers/rounded-activations.js";
import { makePrivateFolder, writePrivateFile } from "../../fetch/private.js";
import type { BaseModel } from "../../bases/base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { parseJsonOrNull, dictionaryOf } from "../../fetch/json.js";
import { quantizedTensorMetadata, weightTensorsToWrite } from "../../tensors/rounded.js";
import { readHeader, readTensor, writeSafetensors } from "../../tensors/safetensors.js";
import { modelConfigJsonText } from "./config-text.js";
import { readTrainingRowRecordOfStart, writeTrainingRowRecord } from "../learnt-rows.js";
import { companionFiles, copyCompanionFiles, MODEL_FILES } from "./model-folder.js";
import { readRegularFile } from "../read-events.js";
import { writeStagedFolder } from "../staged-folder.js";

/** Kinds of compression steps that create a base. */
type Making = "student" | "sparsity" | "quantization";

export const derivedBaseFolder = (run: string, call: Call): string => join(run, "made", hashOf(call).slice(0, 12));

/** `whole`: the trained model as a base; `licence`: its license. An existing folder is replaced. */
export async function writeDerivedBase(
  folder: string,
  whole: BaseModel,
  { call, licence }: { readonly call: Call; readonly licence: string | null },
): Promise<void> {
  const file = join(whole.folder, MODEL_FILES.weights);
  const header = readHeader(file);
  const family = registry.find("model", whole.facts.family)?.capabilities;
  const implementation: CompressionStepImplementation = await loadImplementation(call, call.kind as Making);
  const facts = whole.facts;
  const read = (name: string) => readTensor(file, name, header, "f32");
  const bounds = readBounds(folder);
  const made = implementation.make?.(call, { facts, family, read, ...(bounds && { bounds }) });
  const { config, shapes } = made ?? facts;
  const lies = made?.lies ?? {};
  const one = (name: string) => (made ? made.tensor(name) : read(name));
  const tensors = Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) =>
      Object.entries(weightTensorsToWrite(name, shape, lies[name], () => one(name))),
    ),
  );
  const metadata = { format: "pt", ...(made?.lies && quantizedTensorMetadata(made.lies)) };
  await writeStagedFolder(folder, async (work) => {
    writeSafetensors(join(work, MODEL_FILES.weights), tensors, metadata);
    await copyCompanionFiles(work, { from: whole.folder, files: companionFiles(whole), maxLength: readsUpTo(whole) });
    await writeFileAtomic(join(work, MODEL_FILES.config), modelConfigJsonText(config));
    const learnt = readTrainingRowRecordOfStart(whole.folder);
    if (learnt) await writeTrainingRowRecord(work, learnt);
    if (licence !== null)
      await writeFileAtomic(join(work, "README.md"), `---\nlicense: ${JSON.stringify(licence)}\n---\n`);
  });
}

/** File next to the folder that is created with these bounds. */
const boundsFile = (folder: string): string => `${folder}.bounds.json`;
/** Saves activation ranges observed on rows, with which `call` creates its base from that run's weights. */
export function writeActivationBounds(run: string, call: Call, bounds: ActivationRanges): void {
  const file = boundsFile(derivedBaseFolder(run, call));
  makePrivateFolder(dirname(file));
  writePrivateFile(file, JSON.stringify(bounds));
}
function readBounds(folder: string): ActivationRanges | null {
  const text = readRegularFile(boundsFile(folder));
  return text === null ? null : parseJsonOrNull(text, dictionaryOf(v.tuple([v.number(), v.number()])));
}

/** Maximum number of tokens per text in training. */
const readsUpTo = ({ facts: { reads, positions } }: BaseModel): number => reads ?? positions;
