/**
 * Programs for continuous batching. `slots_hold` allocates one store of keys and values for all texts. `slots_step`
 * reads tokens of any texts, one or many of each, and predicts the next tokens where requested. A new text is read in
 * the same step in which others continue.
 */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { layerBuilderWithSlotCache } from "../layers/slot-layers.js";
import { cappedLogits } from "../tasks/shared/logits.js";
import { missingOutputEmbeddingError } from "../tasks/shared/refusals.js";
import { rowwiseAdapterLayers } from "../techniques/shared/parallel-adapters.js";
import { PEFT_PREFIX } from "../techniques/shared/settings.js";
import { buildModelBody } from "./body.js";
import type { GenerationProgramOptions } from "./generate.js";
import { layersOptionsOf, trainedBodyParameterTest } from "./model.js";

export interface ContinuousBatchingOptions extends GenerationProgramOptions {
  /** LoRA adapters to choose from per token; null for none. By default, `technique` applies to all tokens. */
  readonly adapters?: readonly (Call | null)[];
}
export interface ContinuousBatchingPrograms {
  /** Allocates the store. Input: slot_places i32 [places], all zeros, one per token. */
  readonly slots_hold: Program;
  /**
   * Inputs: input_ids i32 [tokens, 1]; rows i32 [tokens], the place of each token in the store; places i32 [texts,
   * keys], the places of each text's keys; texts and lengths i32 [tokens], the token's text and its number of visible
   * keys, the last being its own; asked i32 [asked], tokens to predict after; wanted i32
   * [wanted], those among them with logits; with adapters, adapters i32 [tokens]. Outputs: next i32 [asked], the
   * likeliest next token, and logits [wanted, vocabulary]. New tokens of a text must be adjacent and in order.
   */
  readonly slots_step: Program;
}
export interface BuiltContinuousBatchingPrograms {
  readonly programs: ContinuousBatchingPrograms;
  /** Bytes of one token's keys and values. */
  readonly placeBytes: number;
  /** For each adapter, its states with their names in the adapter's file. */
  readonly factors: readonly (Readonly<Record<string, string>> | null)[];
}

/** Returns why a model does not support continuous batching; null if it does. */
export function continuousBatchingRefusal({
  family,
  technique,
}: Pick<ContinuousBatchingOptions, "family" | "technique">): string | null {
  if (family.shape !== "decoder") return "it reads the complete text before it generates";
  if (technique.implementation.body) return `${technique.call.word} puts something before each text`;
  return null;
}

export function buildContinuousBatchingPrograms(options: ContinuousBatchingOptions): BuiltContinuousBatchingPrograms {
  const stores = new Map<string, TensorState>();
  const factors = (options.adapters ?? []).map((call) => (call ? ({} as Record<string, string>) : null));
  const step = stepping(options, stores, (state, adapter, path) => {
    const adapterFactors = factors[adapter];
    if (adapterFactors) adapterFactors[state] = adapterName(options, path);
  });
  const widths = [...stores.values()].map(
    ({ type: { shape, dtype } }) => Number(shape[1]) * (dtype === "bf16" ? 2 : 4),
  );
  return {
    programs: {
      slots_hold: optimise(holding(stores).program(), options.passes),
      slots_step: optimise(step.program(), options.passes),
    },
    placeBytes: widths.reduce((sum, bytes) => sum + bytes, 0),
    factors,
  };
}

/** Returns the name of a LoRA state in an adapter file. */
function adapterName({ family }: ContinuousBatchingOptions, path: string): string {
  return PEFT_PREFIX + family.prefix + path;
}

function stepping(
  options: ContinuousBatchingOptions,
  stores: Map<string, TensorState>,
  onFactor: (state: string, adapter: number, path: string) => void,
): Graph {
  const graph = new Graph();
  const each = (name: string, ...shape: readonly string[]): Tensor => graph.input(name, { dtype: "i32", shape });
  const ids = graph.input("input_ids", { dtype: "i32", shape: ["tokens", 1] });
  const [rows, places] = [each("rows", "tokens"), each("places", "texts", "keys")];
  const [texts, lengths] = [each("texts", "tokens"), each("lengths", "tokens")];
  const inputs = {
    input_ids: ids,
    // There is no padding: every key of a text is real.
    attention_mask: ids.multiply(0).add(1),
    positions: lengths.subtract(1).reshape(["tokens", 1]),
  };
  const onStore = (name: string, state: TensorState): void => void stores.set(name, state);
  const chosen = options.adapters && each("adapters", "tokens");
  const layers = makeLayerBuilder({
    ...layersOptionsOf(options, graph, options.seed, trainedBodyParameterTest(options)),
    prefix: options.family.prefix,
  });
  const body = buildModelBody(options, layers, inputs, {
    dropout: 0,
    pooled: false,
    continues: true,
    outermost: (wrapped) => {
      const slotted = layerBuilderWithSlotCache(wrapped, { rows, places, texts, lengths, onStore });
      return options.adapters && chosen ? rowwiseAdapterLayers(slotted, options.adapters, chosen, onFactor) : slotted;
    },
  });
  if (!body.unembedding) throw missingOutputEmbeddingError("text_generation");
  const logits = cappedLogits(body.last_hidden_state.takeRows(each("asked", "asked")), body.unembedding, body.cap);
  graph.output("next", logits.argmax());
  graph.output("logits", logits.gather(each("wanted", "wanted")));
  return graph;
}

/**
 * Gives each store its own value. Equal values share memory until an engine writes to them, but our kernel writes in
 * place. So the zero input is multiplied by a different number for each store.
 */
function holding(stores: ReadonlyMap<string, TensorState>): Graph {
  const graph = new Graph();
  const zeros = graph.input("slot_places", { dtype: "i32", shape: ["places"] }).reshape(["places", 1]);
  for (const [i, [name, state]] of [...stores].entries()) {
    const { dtype, shape } = state.type;
    const marks = new Float32Array(Number(shape[1])).fill(i + 1);
    const row = graph.constant({ dtype: "f32", shape: [1, marks.length], bytes: new Uint8Array(marks.buffer) });
    graph.state(name, state);
    graph.update(name, zeros.cast("f32").multiply(row).cast(dtype));
  }
  return graph;
}
