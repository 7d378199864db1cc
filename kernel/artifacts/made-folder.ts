/**
 * A base that is made of a trained model's weights, as a folder like anybody's in the run that made these: config, tokenizer and
 * smaller weights. It is named by what it is made with, so that the same words find it again.
 */
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { hashOf } from "#dsl/plan/hash.js";
import type { Kind } from "#dsl/types/capabilities.js";
import type { Call } from "#dsl/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { StageImplementation } from "#stdlib/kinds/stage.js";
import type { Base } from "../core/bases/base.js";
import { does } from "../core/session/words.js";
import { readHeader, readTensor, writeSafetensors, type TensorToWrite } from "../tensors/safetensors.js";
import { configText } from "./config-text.js";
import { besideWeights, copyBeside, MODEL } from "./model-folder.js";
import { staged } from "./staged.js";

/** Kinds of stages that make a base. */
type Making = Extract<Kind, "student" | "sparsity" | "quantization">;

/** Where it lies. */
export const madeFolder = (run: string, call: Call): string => join(run, "made", hashOf(call).slice(0, 12));

/** `whole`: the trained model as a base. What was there before is written anew. */
export async function writeMade(folder: string, whole: Base, call: Call): Promise<void> {
  const file = join(whole.folder, MODEL.weights);
  const header = readHeader(file);
  const family = registry.find("model", whole.facts.family)?.capabilities;
  const implementation: StageImplementation = await does(call, call.kind as Making);
  const facts = whole.facts;
  const made = implementation.make?.(call, { facts, family, read: (name) => readTensor(file, name, header, "f32") });
  const { config, shapes } = made ?? facts;
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]): [string, TensorToWrite] => [
      name,
      { dtype: "f32", shape, bytes: () => (made ? made.tensor(name) : readTensor(file, name, header, "f32")).bytes },
    ]),
  );
  await staged(folder, async (work) => {
    writeSafetensors(join(work, MODEL.weights), tensors, { format: "pt" });
    await copyBeside(work, { from: whole.folder, files: besideWeights(whole), maxLength: readsUpTo(whole) });
    await writeFileAtomic(join(work, MODEL.config), configText(config));
  });
}

/** Tokens of a text that the model was trained on. */
const readsUpTo = ({ facts: { reads, positions } }: Base): number => reads ?? positions;
