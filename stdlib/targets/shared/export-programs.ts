/**
 * Programs in the form that other runtimes run: every state is a constant weight. An encoder has `forward`; a
 * generative model has `decoder`, which takes the past keys and values and returns all of them. The prompt (with an
 * empty past) and each further token thus use the same graph. An encoder-decoder also has `encoder`.
 */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import { addToDimension } from "#dsl/tensor/shape.js";
import type { Program } from "#dsl/tensor/program.js";
import type { ModelInputs } from "../../models/kind.js";
import type { DeployedProgramOptions, GraphName } from "../kind.js";
import { makeLayerBuilder } from "../../layers/graph-layers.js";
import { lengthAlong, layerBuilderWithPastKeyValues, type PastKeyValueSizes } from "../../layers/past-layers.js";
import { cappedLogits } from "../../tasks/shared/logits.js";
import { missingOutputEmbeddingError } from "../../tasks/shared/refusals.js";
import { buildModelBody } from "../../programs/body.js";
import { buildModel, layersOptionsOf, addModelInputs } from "../../programs/model.js";

export type ExportPrograms = Readonly<Partial<Record<GraphName, Program>>>;

/**
 * `forward`: inputs input_ids, attention_mask (i32 [batch, length]), token_type_ids if `tokenTypes`; outputs logits, or
 * the task's outputs; for embedding models also last_hidden_state. `decoder`: inputs input_ids and position_ids (i32
 * [batch, length]), attention_mask (i32 [batch, keys]), past_key_values.…; outputs logits [batch, length, vocabulary],
 * present.…. For an encoder-decoder: input_ids, encoder_attention_mask (i32 [batch, sources]), encoder_hidden_states
 * [batch, fresh, hidden] from which keys not passed in are computed, past_key_values.…. `encoder`: inputs input_ids,
 * attention_mask; output last_hidden_state.
 */
export function buildExportPrograms(options: DeployedProgramOptions, tokenTypes: boolean): ExportPrograms {
  if (options.task.implementation.answers) return { forward: forward(options, tokenTypes) };
  if (options.family.shape === "encoder-decoder") return { encoder: encoder(options), decoder: pairDecoder(options) };
  return { decoder: decoder(options) };
}

function forward(options: DeployedProgramOptions, tokenTypes: boolean): Program {
  const graph = new Graph();
  const model = buildModel(
    { ...options, dropout: 0 },
    graph,
    addModelInputs(graph, { tokenTypes, family: options.family }),
  );
  const logits = model.logits();
  const named = model.named?.(logits) ?? { logits };
  for (const [name, tensor] of Object.entries(named)) graph.output(name, tensor);
  if (options.task.implementation.supervision.rowFormat.separateTexts)
    graph.output("last_hidden_state", model.body.last_hidden_state);
  return finished(graph);
}

function decoder(options: DeployedProgramOptions): Program {
  const graph = new Graph();
  const ids = graph.input("input_ids", { dtype: "i32", shape: ["batch", "length"] });
  const mask = graph.input("attention_mask", { dtype: "i32", shape: ["batch", "keys"] });
  const inputs = {
    input_ids: ids,
    attention_mask: mask,
    positions: graph.input("position_ids", { dtype: "i32", shape: ["batch", "length"] }),
  };
  return written(options, graph, inputs, { selfSizes: { past: "past", keys: "keys" } });
}

function encoder(options: DeployedProgramOptions): Program {
  const graph = new Graph();
  const inputs = addModelInputs(graph, {});
  const body = buildModelBody(
    options,
    layersIn(options, graph),
    { ...inputs, decoder_input_ids: inputs.input_ids },
    plain,
  );
  if (!body.encoded) throw missingOutputEmbeddingError(options.task.call.word);
  graph.output("last_hidden_state", body.encoded);
  return finished(graph);
}

function pairDecoder(options: DeployedProgramOptions): Program {
  const graph = new Graph();
  const ids = graph.input("input_ids", { dtype: "i32", shape: ["batch", "length"] });
  const mask = graph.input("encoder_attention_mask", { dtype: "i32", shape: ["batch", "sources"] });
  const hidden = options.family.hidden(options.config);
  const encoded = graph.input("encoder_hidden_states", { dtype: "f32", shape: ["batch", "fresh", hidden] });
  const { heads, headSize = hidden / heads } = options.family.sizes(options.config);
  const before = graph.input("past_key_values.0.decoder.key", {
    dtype: "f32",
    shape: ["batch", heads, "past", headSize],
  });
  const inputs = {
    input_ids: mask,
    attention_mask: mask,
    decoder_input_ids: ids,
    encoded,
    decoder_attention_mask: graph.concat([before.max([1, 3]).cast("i32").filled(1), ids.filled(1)], 1, "keys"),
    decoder_positions: ids.range(1).add(lengthAlong(before, 2)),
  };
  const { call, implementation } = options.technique;
  const sources = addToDimension("sources", implementation.virtual?.(call).cached ?? 0);
  return written(options, graph, inputs, {
    selfSizes: { past: "past", keys: "keys" },
    cross: { past: "held", keys: sources },
  });
}

const plain = { dropout: 0, pooled: false } as const;

function written(options: DeployedProgramOptions, graph: Graph, inputs: ModelInputs, past: PastKeyValueSizes): Program {
  const body = buildModelBody(options, layersIn(options, graph), inputs, {
    ...plain,
    continues: true,
    outermost: (layers) => layerBuilderWithPastKeyValues(layers, past),
  });
  if (!body.unembedding) throw missingOutputEmbeddingError(options.task.call.word);
  graph.output("logits", cappedLogits(body.last_hidden_state, body.unembedding, body.cap));
  return finished(graph);
}

function layersIn(options: DeployedProgramOptions, graph: Graph): ReturnType<typeof makeLayerBuilder> {
  return makeLayerBuilder({
    ...layersOptionsOf(options, graph, options.seed, () => false),
    prefix: options.family.prefix,
  });
}
/** Computes in f32, whatever precision the recipe used. */
function finished(graph: Graph): Program {
  return optimise(graph.program());
}
