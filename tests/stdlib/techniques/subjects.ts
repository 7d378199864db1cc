/** Every technique on every registered family. The smallest model among the oracles' models represents its family. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { OptimizerImplementation } from "#stdlib/optimizers/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { storedImplementation } from "#stdlib/user-defined/store.js";
import { registry } from "#stdlib/registry.js";
import { defaultIa3Layers } from "#stdlib/techniques/shared/ia3-settings.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { drawsOf } from "#tests/drawn.js";
import { oracleConfigs, root } from "#tests/stdlib/models/golden.js";

export const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({
  kind,
  word,
  arguments: given,
});
export async function loaded<T>(kind: string, word: string): Promise<T> {
  return (await registry.find(kind, word)!.load!()) as T;
}

export interface Subject {
  readonly word: Word<"model">;
  readonly family: ModelImplementation;
  readonly json: Record<string, unknown>;
  readonly task: string;
}
/** The task that represents a shape's families. */
const TASKS: Readonly<Record<string, string>> = {
  encoder: "text_classification",
  decoder: "text_generation",
  "encoder-decoder": "text2text_generation",
};

export async function subjects(): Promise<readonly Subject[]> {
  const folder = new URL("fixtures/models/", root);
  const kept = readdirSync(folder)
    .filter((name) => existsSync(new URL(`${name}/config.json`, folder)))
    .map((name) => JSON.parse(readFileSync(new URL(`${name}/config.json`, folder), "utf8")) as Record<string, unknown>);
  const found = registry.ofKind("model").filter((w) => w.load && TASKS[w.capabilities!.shape]);
  return Promise.all(
    found.map(async (word) => {
      const family = (await word.load!()) as ModelImplementation;
      const [json] = [...kept, ...oracleConfigs()]
        .filter((c) => c["model_type"] === word.capabilities?.modelType)
        .sort((a, b) => size(family, a) - size(family, b));
      if (!json)
        throw new Error(`tests/fixtures/models and tests/golden/oracle have no model of the family ${word.name}`);
      return { word, family, json, task: TASKS[family.shape]! };
    }),
  );
}
function size(family: ModelImplementation, json: Record<string, unknown>): number {
  const { layers, hidden, vocabulary } = family.sizes(family.config(json));
  return hidden * (12 * layers * hidden + vocabulary);
}

/**
 * Returns a call for every technique, and one for each parameter that changes its result. `shapes`: the base's shapes.
 */
export function calls(word: Word<"model">, shapes: Readonly<Record<string, readonly number[]>>): readonly Call[] {
  const { targets } = word.capabilities!;
  const scaled = defaultIa3Layers(shapes);
  const biased = Object.keys(shapes).some((name) => name.endsWith(".bias"));
  const of = (name: string, given: Call["arguments"] = {}): Call => call("technique", name, given);
  return [
    of("full"),
    ...(word.capabilities!.shape === "encoder" ? [of("head_only")] : []),
    ...(biased ? [of("bitfit")] : []),
    of("lora", { rank: 2, targets }),
    of("lora", { rank: 3, alpha: 5, targets: ["all"], rank_stabilized: true }),
    of("lora", { rank: 2, targets: ["attention"], dora: true }),
    of("lora", { rank: 2, targets: ["feed_forward"], dora: true, dropout: 0.2 }),
    ...(word.capabilities!.shape === "encoder" ? [of("routed_lora", { ranks: [2], targets })] : []),
    of("adapters", { size: 3 }),
    of("adapters", { kind: "pfeiffer", size: 2, activation: "gelu" }),
    of("prompt_tuning", { tokens: 3 }),
    of("prefix_tuning", { tokens: 2 }),
    of("ia3", { targets: [...scaled.targets], inputs: [...scaled.inputs] }),
  ];
}

export async function optionsFor(
  subject: Subject,
  technique: Call,
  more: Partial<AssembleOptions> = {},
): Promise<AssembleOptions> {
  const { family, json, task } = subject;
  return {
    ...{ family, config: family.config(json), labels: 3, dropout: 0, clip: null, seed: 4 },
    task: { call: call("task", task), implementation: await loaded<TaskImplementation>("task", task) },
    technique: { call: technique, implementation: await techniqueOf(technique) },
    optimizer: {
      call: call("optimizer", "adamw"),
      implementation: await loaded<OptimizerImplementation>("optimizer", "adamw"),
    },
    ...{ prefixInCheckpoint: true, tensors: {} },
    ...more,
  };
}
function techniqueOf({ word, definition }: Call): Promise<TechniqueImplementation> {
  if (definition === undefined) return loaded<TechniqueImplementation>("technique", word);
  return Promise.resolve(storedImplementation(definition) as TechniqueImplementation);
}
const shapesKnown = new WeakMap<Subject, Promise<Record<string, readonly number[]>>>();
/** Returns the shapes of the base's own tensors, without its head. */
export function baseShapes(subject: Subject): Promise<Record<string, readonly number[]>> {
  const known = shapesKnown.get(subject) ?? ownShapes(subject);
  shapesKnown.set(subject, known);
  return known;
}
async function ownShapes(subject: Subject): Promise<Record<string, readonly number[]>> {
  const { train } = assemblePrograms(await optionsFor(subject, call("technique", "full")));
  const { prefix } = subject.family;
  const own = (name: string): boolean => !/^adam\./.test(name) && (name.startsWith(prefix) || /^lm_head\./.test(name));
  return Object.fromEntries(
    Object.entries(train.state).flatMap(([name, { type }]) => (own(name) ? [[name, type.shape as number[]]] : [])),
  );
}

/** Returns distinct numbers for every state; scales start near 1. */
export function start(
  state: Readonly<Record<string, { readonly type: { readonly shape: readonly unknown[] } }>>,
): Record<string, ArrayValues> {
  let i = 1;
  return Object.fromEntries(
    Object.entries(state).map(([name, s]) => {
      const shape = s.type.shape as number[];
      const y = makeArrayValues(shape);
      if (/^adam\./.test(name)) return [name, y];
      // Every label is a possible prediction for a row.
      if (name === "route.known") return [name, makeArrayValues(shape, y.data.fill(9))];
      const shift = /(norm|ln_)[^.]*\.weight$|\.ia3_l$|magnitude_vector$|ssf_scale$/i.test(name) ? 1 : 0;
      y.data.forEach((_, at) => (y.data[at] = shift + 0.3 * Math.sin(i++ * 12.9898)));
      return [name, y];
    }),
  );
}
/**
 * Learning rates of families whose small model overshoots at the usual one. Gemma 3's virtual tokens do, because a norm
 * of each head follows them.
 */
const RATES: Readonly<Record<string, number>> = { gemma3_text: 0.001 };
const LENGTH = 5;
/** A batch of four rows, the last two one token shorter. */
export function feeds(subject: Subject, step: number): Record<string, ArrayValues> {
  const { vocabulary } = subject.family.sizes(subject.family.config(subject.json));
  const ids = Array.from({ length: 4 * LENGTH }, (_, i) => 2 + ((i * 7) % Math.min(vocabulary - 2, 23)));
  const mask = ids.map((_, i) => (i % LENGTH < LENGTH - (i >= 2 * LENGTH ? 1 : 0) ? 1 : 0));
  const targets = ids.flatMap((_, i) => (mask[i] && i % LENGTH < LENGTH - 2 ? [i] : []));
  const written = subject.family.shape === "encoder-decoder";
  return {
    ...(written && { decoder_input_ids: makeArrayValues([4, LENGTH], ids.toReversed()) }),
    input_ids: makeArrayValues([4, LENGTH], ids),
    attention_mask: makeArrayValues([4, LENGTH], mask),
    ...(subject.task === "text_classification"
      ? { labels: makeArrayValues([4], [0, 1, 2, 1]) }
      : {
          targets: makeArrayValues([targets.length], targets),
          labels: makeArrayValues(
            [targets.length],
            targets.map((t) => ids[t + 1]!),
          ),
        }),
    rate: makeArrayValues([], [RATES[subject.word.name] ?? 0.004]),
    step: makeArrayValues([], [step]),
    draws: drawsOf(4, step),
  };
}
