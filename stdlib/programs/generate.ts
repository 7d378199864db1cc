/**
 * Programs for generation with a key-value cache: `reserve` allocates it, `prefill` reads the prompts, `decode` adds
 * one token to each text, and `reorder` selects cache rows in another order and number (beams). Prompts are padded on
 * the left, so that all texts of a batch end at the same position and a token is one slice of the cache. An
 * encoder-decoder reads its input once, in `prefill`, where its decoder starts; `decode` attends to the cached keys and
 * values of the encoder output.
 */
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { addToDimension } from "#dsl/tensor/shape.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Dimension, Program, TensorState, Type } from "#dsl/tensor/program.js";
import { layerBuilderWithCache, type KeyValueCacheOptions } from "../layers/cached-layers.js";
import type { ModelInputs } from "../models/kind.js";
import { makeLayerBuilder } from "../layers/graph-layers.js";
import { missingOutputEmbeddingError } from "../tasks/shared/refusals.js";
import { cappedLogits } from "../tasks/shared/logits.js";
import { buildModelBody } from "./body.js";
import { layersOptionsOf, trainedBodyParameterTest } from "./model.js";
import type { AssembleOptions } from "./options.js";

export type GenerationProgramOptions = Pick<
  AssembleOptions,
  "family" | "config" | "technique" | "prefixInCheckpoint" | "tensors" | "seed" | "passes"
>;
export interface GenerationPrograms {
  /** Allocates a cache of zeros. Inputs: rows i32 [batch], room i32 [capacity] (only their sizes matter). */
  readonly reserve: Program;
  /**
   * Inputs: input_ids, attention_mask, positions (i32 [batch, length], each token's position in its own text), last
   * (i32 [batch], each row's last token in the flattened [batch × length]). Outputs: logits [batch, vocabulary] of the
   * next token, and next i32 [batch], the likeliest one. For an encoder-decoder: input_ids, attention_mask (i32 [batch,
   * sources]), decoder_input_ids (i32 [batch, length]) and last.
   */
  readonly prefill: Program;
  /**
   * Inputs: input_ids, positions (i32 [batch, 1]), attention_mask (i32 [batch, keys], including the new token), start
   * (i32 scalar: keys − 1). Outputs as in prefill. For an encoder-decoder: attention_mask as in prefill,
   * decoder_input_ids (i32 [batch, 1]), decoder_attention_mask (i32 [batch, keys]) and start.
   */
  readonly decode: Program;
  /** Reorders the cache. Input: order i32 [rows], the old row of each new row. */
  readonly reorder: Program;
}
/** Generation programs for prompts with a common prefix: the prefix is read once, then each prompt's own tokens. */
export interface SharedPrefixPrograms extends Omit<GenerationPrograms, "prefill"> {
  /**
   * Inputs: input_ids, positions (i32 [batch, length]), attention_mask (i32 [batch, keys], including the new tokens),
   * start (i32 scalar: keys − length), places (i32 [places], in the flattened [batch × length]) and picks (i32 [picks],
   * in the flattened [places × vocabulary]). Outputs: logits [places, vocabulary] of the token after each place, next
   * i32 [places], the likeliest one, and likelihoods [picks], the log-probabilities of the picked tokens.
   */
  readonly extend: Program;
}
const CACHES = ["reserve", "prefill", "decode", "reorder"] as const satisfies readonly (keyof GenerationPrograms)[];
export const GENERATION_CACHE_STATES: readonly string[] = CACHES;

interface Cache {
  readonly state: TensorState;
  readonly grows: boolean;
}

export function buildGenerationPrograms(options: GenerationProgramOptions): GenerationPrograms {
  const caches = new Map<string, Cache>();
  const finish = (graph: Graph): Program => optimise(graph.program(), options.passes);
  const prefill = reading(options, "prefill", caches);
  const decode = reading(options, "decode", caches);
  return {
    reserve: finish(reserving(caches, cachedTokens(options))),
    prefill: finish(prefill),
    decode: finish(decode),
    reorder: finish(reordering(caches)),
  };
}

/** Builds the programs for prompting a decoder. `writes`: it also generates text. */
export function buildSharedPrefixPrograms(
  options: GenerationProgramOptions,
  writes: boolean,
): Partial<SharedPrefixPrograms> & Omit<SharedPrefixPrograms, "decode"> {
  const caches = new Map<string, Cache>();
  const finish = (graph: Graph): Program => optimise(graph.program(), options.passes);
  const extend = reading(options, "extend", caches);
  return {
    reserve: finish(reserving(caches, cachedTokens(options))),
    extend: finish(extend),
    ...(writes && { decode: finish(reading(options, "decode", caches)) }),
    reorder: finish(reordering(caches)),
  };
}

/** `extend`: reads several tokens of each text at once, with outputs at any of them. */
type Reading = KeyValueCacheOptions["phase"] | "extend";

function reading(options: GenerationProgramOptions, reads: Reading, caches: Map<string, Cache>): Graph {
  const graph = new Graph();
  const phase = reads === "extend" ? "decode" : reads;
  const whole: Whole = (name, ...shape) => graph.input(name, { dtype: "i32", shape });
  const virtual = cachedTokens(options);
  const sources = addToDimension("sources", virtualTokens(options) - virtual);
  const start = phase === "prefill" ? graph.number(0, "i32") : after(whole("start"), virtual);
  const inputs =
    options.family.shape === "encoder-decoder" ? pairInputs(graph, whole, phase, start) : textInputs(whole, reads);
  const onCache = (name: string, state: TensorState, grows: boolean): void => void caches.set(name, { state, grows });
  const layers = makeLayerBuilder({
    ...layersOptionsOf(options, graph, options.seed, trainedBodyParameterTest(options)),
    prefix: options.family.prefix,
  });
  const body = buildModelBody(options, layers, inputs, {
    dropout: 0,
    pooled: false,
    continues: phase === "decode",
    outermost: (wrapped) =>
      layerBuilderWithCache(wrapped, { phase, start, keys: addToDimension("keys", virtual), sources, onCache }),
  });
  if (!body.unembedding) throw missingOutputEmbeddingError("text_generation");
  const x = body.last_hidden_state;
  if (reads === "extend")
    return asking(graph, whole, cappedLogits(x.takeRows(whole("places", "places")), body.unembedding, body.cap));
  const last = phase === "prefill" ? x.takeRows(whole("last", "batch")) : x.reshape(["batch", x.shape[2]!]);
  const logits = cappedLogits(last, body.unembedding, body.cap);
  graph.output("logits", logits);
  graph.output("next", logits.argmax());
  return graph;
}

/** Adds the outputs for `logits` [places, vocabulary]. */
function asking(graph: Graph, whole: Whole, logits: Tensor): Graph {
  const [places, vocabulary] = logits.shape as [Dimension, number];
  graph.output("logits", logits);
  graph.output("next", logits.argmax());
  const each = logits.logSoftmax().reshape([places, vocabulary, 1]);
  graph.output("likelihoods", each.takeRows(whole("picks", "picks")).reshape(["picks"]));
  return graph;
}

function after(start: Tensor, virtual: number): Tensor {
  return virtual ? start.add(virtual) : start;
}
/**
 * Returns the number of virtual tokens in the cache before every text. Those of an encoder's text belong to the sources
 * of cross-attention instead.
 */
function cachedTokens(options: GenerationProgramOptions): number {
  return options.family.shape === "encoder-decoder" ? 0 : virtualTokens(options);
}
function virtualTokens({ technique: { call, implementation } }: GenerationProgramOptions): number {
  return implementation.virtual?.(call).cached ?? 0;
}

type Whole = (name: string, ...shape: readonly Dimension[]) => Tensor;

function textInputs(whole: Whole, reads: Reading): ModelInputs {
  const length = reads === "decode" ? 1 : "length";
  return {
    input_ids: whole("input_ids", "batch", length),
    attention_mask: whole("attention_mask", "batch", reads === "prefill" ? "length" : "keys"),
    positions: whole("positions", "batch", length),
  };
}

function pairInputs(graph: Graph, whole: Whole, phase: KeyValueCacheOptions["phase"], start: Tensor): ModelInputs {
  const attention_mask = whole("attention_mask", "batch", "sources");
  if (phase === "prefill")
    return {
      input_ids: whole("input_ids", "batch", "sources"),
      attention_mask,
      decoder_input_ids: whole("decoder_input_ids", "batch", "length"),
    };
  const decoder_input_ids = whole("decoder_input_ids", "batch", 1);
  return {
    // The encoder output for this input is never used, so it is not computed.
    input_ids: attention_mask,
    attention_mask,
    decoder_input_ids,
    decoder_attention_mask: whole("decoder_attention_mask", "batch", "keys"),
    decoder_positions: graph.one("range_like", [decoder_input_ids], { axis: 1 }).add(start),
  };
}

/** Allocates zeros for each cache. Caches of the same width share one value, which engines copy on the first write. */
function reserving(caches: ReadonlyMap<string, Cache>, virtual: number): Graph {
  const graph = new Graph();
  const rows = graph.input("rows", { dtype: "i32", shape: ["batch"] });
  const room = graph.input("room", { dtype: "i32", shape: ["capacity"] });
  const text = room.reshape([1, "capacity", 1]);
  const before = { dtype: "i32", shape: [1, virtual, 1], bytes: new Uint8Array(4 * virtual) } as const;
  const places = rows
    .reshape(["batch", 1, 1])
    .multiply(virtual ? graph.concat([graph.constant(before), text], 1) : text);
  for (const [name, { state, grows }] of caches) {
    if (!grows) continue;
    const { dtype, shape } = state.type;
    const zeros: Type = { dtype, shape: [shape[2]!] };
    graph.state(name, state);
    graph.update(name, places.cast(dtype).multiply(graph.constant(zerosOf(zeros))));
  }
  return graph;
}

function reordering(caches: ReadonlyMap<string, Cache>): Graph {
  const graph = new Graph();
  const order = graph.input("order", { dtype: "i32", shape: ["rows"] });
  for (const [name, { state }] of caches) graph.update(name, graph.state(name, state).gather(order));
  return graph;
}

function zerosOf({ dtype, shape }: Type): { dtype: Type["dtype"]; shape: number[]; bytes: Uint8Array } {
  const sizes = shape as readonly number[];
  return { dtype, shape: [...sizes], bytes: new Uint8Array(sizes.reduce((n, d) => n * d, dtype === "bf16" ? 2 : 4)) };
}
