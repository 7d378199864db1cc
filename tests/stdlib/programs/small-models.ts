/** A tiny classifier and a tiny decoder, both from scratch, with batches that can be split. */
import { bert } from "#stdlib/models/bert.run.js";
import { gpt2 } from "#stdlib/models/gpt2.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { AssembledPrograms, AssembleOptions } from "#stdlib/programs/options.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { full } from "#stdlib/techniques/full.js";
import { fedDraws } from "#tests/drawn.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";

const call = (kind: string, word: string) => ({ kind, word, arguments: {} });
const common = {
  technique: { call: call("technique", "full"), implementation: full },
  optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
  dropout: 0,
  prefixInCheckpoint: true,
  tensors: new Set<string>(),
  seed: 3,
  accumulate: true,
};

export function classifier(clip: number | null, more: Partial<AssembleOptions> = {}): AssembledPrograms {
  const config = bert.config({
    vocab_size: 20,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 12,
    max_position_embeddings: 8,
  });
  const task = { call: call("task", "text_classification"), implementation: textClassification };
  return assemblePrograms({ ...common, family: bert, config, task, labels: 3, clip, ...more });
}
const usual = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 12 };
const SMALL = {
  bert: { ...usual, max_position_embeddings: 8 },
  roberta: { ...usual, max_position_embeddings: 10, pad_token_id: 1, type_vocab_size: 1 },
  distilbert: { dim: 8, hidden_dim: 12, n_layers: 1, n_heads: 2, max_position_embeddings: 8 },
};
/** The classifier for several families, as parts of a program. */
export async function classifierParts(name: keyof typeof SMALL): Promise<AssembleOptions> {
  const family = await implementationOf(registry, "model", name);
  const config = family.config({ vocab_size: 20, ...SMALL[name] });
  const task = { call: call("task", "text_classification"), implementation: textClassification };
  return { ...common, family, config, task, labels: 3, clip: null };
}
export function decoder(clip: number | null, more: Partial<AssembleOptions> = {}): AssembledPrograms {
  const config = gpt2.config({ vocab_size: 20, n_positions: 8, n_embd: 8, n_layer: 1, n_head: 2 });
  const task = { call: call("task", "text_generation"), implementation: textGeneration };
  return assemblePrograms({ ...common, family: gpt2, config, task, labels: 0, clip, ...more });
}

export type Feeds = Readonly<Record<string, NDArray>>;
const ints = (shape: readonly number[], data: readonly number[]): NDArray =>
  toNDArray("i32", makeArrayValues(shape, data));
export const scalars = (o: { rate?: number; step?: number; share?: number }): Feeds => ({
  ...(o.rate !== undefined && { rate: toNDArray("f32", makeArrayValues([], [o.rate])) }),
  ...(o.step !== undefined && { step: ints([], [o.step]) }),
  ...(o.share !== undefined && { share: toNDArray("f32", makeArrayValues([], [o.share])) }),
});

const LENGTH = 5;
const pick = (i: number, n: number): number => (i * 7 + ((i * i) % 11)) % n;
const rowsOf = (from: number, to: number): Feeds => {
  const count = (to - from) * LENGTH;
  return {
    input_ids: ints(
      [to - from, LENGTH],
      Array.from({ length: count }, (_, i) => pick(from * LENGTH + i, 20)),
    ),
    attention_mask: ints([to - from, LENGTH], new Array<number>(count).fill(1)),
    draws: fedDraws(to - from, 1, from),
  };
};
/** Rows `from` to `to` of a batch of eight; some of them don't count. */
export function labelled(from: number, to: number): { readonly feeds: Feeds; readonly counts: number } {
  const labels = Array.from({ length: to - from }, (_, i) => ((from + i) % 5 === 3 ? -100 : (from + i) % 3));
  const feeds = { ...rowsOf(from, to), labels: ints([to - from], labels) };
  return { feeds, counts: labels.filter((label) => label >= 0).length };
}
/** Rows `from` to `to` for next tokens: the later a row, the more of its positions train. */
export function continued(from: number, to: number): { readonly feeds: Feeds; readonly counts: number } {
  const targets: number[] = [];
  for (let row = from; row < to; row++)
    for (let p = 0; p < 1 + (row % LENGTH); p++) targets.push((row - from) * LENGTH + p);
  const labels = targets.map((t) => pick(from * LENGTH + t + 1, 20));
  const feeds = {
    ...rowsOf(from, to),
    targets: ints([targets.length], targets),
    labels: ints([targets.length], labels),
  };
  return { feeds, counts: targets.length };
}
