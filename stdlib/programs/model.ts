/** The model of a program: inputs, the family's body under the technique, the task's head. */
import type { Graph, Tensor } from "#dsl/graph/builder.js";
import type { Type } from "#dsl/graph/program.js";
import type { ModelImplementation, ModelInputs, TaskOutputs } from "../kinds.js";
import { makeLayers, type LayersOptions } from "../layers.js";
import type { AssembleOptions } from "./options.js";

export const IDS: Type = { dtype: "i32", shape: ["batch", "length"] };
const DECODED: Type = { dtype: "i32", shape: ["batch", "targets_length"] };

export function modelInputs(
  graph: Graph,
  o: {
    readonly tokenTypes?: boolean | undefined;
    readonly packed?: boolean | undefined;
    readonly family?: Pick<ModelImplementation, "shape">;
  },
): ModelInputs {
  return {
    input_ids: graph.input("input_ids", IDS),
    attention_mask: graph.input("attention_mask", IDS),
    ...(o.packed && { positions: graph.input("positions", IDS), segments: graph.input("segments", IDS) }),
    ...(o.family?.shape === "encoder-decoder" && { decoder_input_ids: graph.input("decoder_input_ids", DECODED) }),
    ...(o.tokenTypes && { token_type_ids: graph.input("token_type_ids", IDS) }),
  };
}

export function buildModel(
  o: Omit<AssembleOptions, "optimizer" | "clip">,
  graph: Graph,
  inputs: ModelInputs,
  step?: Tensor,
): TaskOutputs {
  const { family, config, task } = o;
  const technique = o.technique.implementation;
  const base = layersOptions(o, graph, o.seed, (path) => technique.trains(o.technique.call, path), step);
  const body = family.build(
    technique.around(o.technique.call, makeLayers({ ...base, prefix: family.prefix })),
    config,
    inputs,
    { dropout: o.dropout, ...(task.implementation.pooled === false && { pooled: false }) },
  );
  // The head trains under every technique, as PEFT's modules_to_save.
  const head = makeLayers({ ...base, prefix: "", prefixInCheckpoint: "", trains: () => true, mayBeFresh: () => true });
  const dropout = o.dropout ?? o.headDropout ?? family.dropout(config);
  return task.implementation.head(head, body, {
    hidden: family.hidden(config),
    labels: task.implementation.outputs?.(o.labels) ?? o.labels,
    dropout,
    call: task.call,
  });
}

export function layersOptions(
  o: Pick<AssembleOptions, "family" | "config" | "prefixInCheckpoint" | "tensors">,
  graph: Graph,
  seed: number,
  trains: (path: string) => boolean,
  step?: Tensor,
): Omit<LayersOptions, "prefix"> {
  const named = o.tensors instanceof Set ? (o.tensors as ReadonlySet<string>) : undefined;
  const shapes = named ? {} : (o.tensors as Readonly<Record<string, readonly number[]>>);
  const tensors = named ?? new Set(Object.keys(shapes));
  return {
    graph,
    seed,
    trains,
    // No checkpoint at all: a model from scratch. A pooler is often left out; a technique's own parameters are new.
    mayBeFresh: (path) => tensors.size === 0 || /^pooler\.|\.lora_[AB]\./.test(path),
    prefixInCheckpoint: o.prefixInCheckpoint ? o.family.prefix : "",
    tensors,
    // A head with another number of labels is left where it is and a fresh one made; a body that doesn't fit is an error of the engine.
    fits: (name, shape) => !/classifier/.test(name) || !shapes[name] || shapes[name].join() === shape.join(),
    initializerRange: o.family.initializerRange(o.config),
    ...(step && { step }),
  };
}
