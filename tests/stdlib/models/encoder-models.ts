/**
 * The small encoders that transformers and PEFT computed (tests/oracles/encoders.py): configs and shapes are in the
 * golden files, weights come from the generator by name.
 */
import { readFileSync, readdirSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { uniform } from "#tests/oracles/numbers.js";
import { root, type Batch, type Trained } from "./golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
export interface EncoderGolden {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Shapes;
  readonly forward: readonly {
    readonly inputs: Batch;
    readonly logits: readonly number[][];
    readonly last_hidden_state?: unknown;
  }[];
  readonly batches: readonly Batch[];
  readonly full: Trained;
  readonly lora?: Trained & { readonly targets: readonly string[]; readonly shapes: Shapes };
}
export const ENCODERS = readdirSync(new URL("golden/oracle/", root))
  .filter((file) => /^encoders-\w+\.json$/.test(file))
  .flatMap((file) => JSON.parse(readFileSync(new URL(`golden/oracle/${file}`, root), "utf8")) as EncoderGolden[]);

/** Weights of a complete checkpoint, as encoders.py initializes it. */
export function weightsOf({ name, shapes }: Pick<EncoderGolden, "name" | "shapes">): Record<string, ArrayValues> {
  return generated(shapes, (key) => {
    const norm = /norm/i.test(key);
    const scale = norm && key.endsWith("weight");
    const made = uniform(`${name}/${key}`, shapes[key]!, norm || key.endsWith("bias") ? 0.1 : 0.4);
    return scale ? made.map((x) => x + 1) : made;
  });
}
export function adapterOf({ name, lora: trained }: Pick<EncoderGolden, "name" | "lora">): Record<string, ArrayValues> {
  const { shapes } = trained!;
  return generated(shapes, (key) => uniform(`${name}/${key}`, shapes[key]!, 0.05));
}
function generated(shapes: Shapes, make: (key: string) => Float32Array): Record<string, ArrayValues> {
  return Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, makeArrayValues(shape, make(key))]));
}

export async function familyOf({ config }: Pick<EncoderGolden, "config">): Promise<ModelImplementation> {
  const word = registry.ofKind("model").find((w) => w.capabilities?.modelType === config["model_type"])!;
  return (await word.load!()) as ModelImplementation;
}

const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });
export const UNTOUCHED = { call: call("technique", "full"), implementation: full };

export async function partsOf(golden: EncoderGolden) {
  const family = await familyOf(golden);
  const labels = Object.keys(golden.config["id2label"] as object).length;
  const task = { call: call("task", "text_classification"), implementation: textClassification };
  return { family, config: family.config(golden.config), prefixInCheckpoint: true, task, labels, seed: 0 };
}
export function training(
  technique: "full" | "lora",
  golden: Pick<EncoderGolden, "lora"> & { readonly full: Omit<Trained, "final"> },
): Pick<AssembleOptions, "technique" | "optimizer" | "dropout" | "clip"> {
  const { optimizer, clip } = golden[technique]!;
  const { weight_decay, epsilon, betas } = optimizer;
  const settings = { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] };
  const low = { rank: 3, alpha: 5, targets: [...(golden.lora?.targets ?? [])], from: "adapter" };
  return {
    technique: technique === "full" ? UNTOUCHED : { call: call("technique", "lora", low), implementation: lora },
    optimizer: { call: call("optimizer", "adamw", settings), implementation: adamw },
    dropout: 0,
    clip,
  };
}
