/** Builds the model of a program: its inputs, the family's body under the technique, and the task's head. */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Type } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { isFrozenParameter } from "../parts/shared/frozen-parts.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, ModelOutputs } from "../models/kind.js";
import type { TaskImplementation, TaskOutputs } from "../tasks/kind.js";
import { makeLayerBuilder, type LayerBuilderOptions } from "../layers/graph-layers.js";
import { quantizeActivation } from "../layers/rounded-activations.js";
import { startFolderOf } from "../techniques/shared/from-parameter.js";
import { buildModelBody } from "./body.js";
import { missingSentenceHeadError } from "../tasks/shared/refusals.js";
import type { AssembleOptions } from "./options.js";

export const IDS_TYPE: Type = { dtype: "i32", shape: ["batch", "length"] };
/** Type of the input for dropout draws (`draws` in tensor/numbers/random.ts). */
export const DROPOUT_DRAWS_TYPE: Type = { dtype: "i32", shape: ["batch"] };
const DECODED: Type = { dtype: "i32", shape: ["batch", "targets_length"] };

export function addModelInputs(
  graph: Graph,
  options: {
    readonly tokenTypes?: boolean | undefined;
    readonly packed?: boolean | undefined;
    readonly family?: Pick<ModelImplementation, "shape">;
  },
): ModelInputs {
  return {
    input_ids: graph.input("input_ids", IDS_TYPE),
    attention_mask: graph.input("attention_mask", IDS_TYPE),
    ...(options.packed && {
      positions: graph.input("positions", IDS_TYPE),
      segments: graph.input("segments", IDS_TYPE),
    }),
    ...(options.family?.shape === "encoder-decoder" && {
      decoder_input_ids: graph.input("decoder_input_ids", DECODED),
    }),
    ...(options.tokenTypes && { token_type_ids: graph.input("token_type_ids", IDS_TYPE) }),
  };
}

export function buildModel(
  options: Omit<AssembleOptions, "optimizer" | "clip">,
  graph: Graph,
  inputs: ModelInputs,
  /** Dropout draws (of type DROPOUT_DRAWS_TYPE) in training programs. */
  draws?: Tensor,
  /** Wraps the body's layers outside of the technique. */
  outermost?: (layers: LayerBuilder) => LayerBuilder,
): TaskOutputs & { readonly body: ModelOutputs } {
  const { family, config, task } = options;
  const base = layersOptionsOf(options, graph, options.seed, trainedBodyParameterTest(options), draws);
  const under = options.under ?? "";
  const body = buildModelBody(options, makeLayerBuilder({ ...base, prefix: under + family.prefix }), inputs, {
    dropout: options.dropout,
    pooled: task.implementation.pooled !== false && !task.implementation.ownHead?.(task.call),
    trains: draws !== undefined,
    ...(outermost && { outermost }),
  });
  // The head trains under every technique, like PEFT's modules_to_save.
  const layers = makeLayerBuilder({
    ...base,
    prefix: under,
    prefixInCheckpoint: "",
    trains: () => options.under === undefined,
    mayBeFresh: () => true,
    mustLoad: () => false,
  });
  const head = body.routed ? answering(layers, body.routed, labelsLayerPath(options)) : layers;
  const hidden = family.hidden(config);
  const dropout = options.dropout ?? family.headDropout?.(config) ?? family.dropout(config);
  const outputs = task.implementation.head(head, body, {
    hidden,
    labels: task.implementation.outputs?.(options.labels) ?? options.labels,
    dropout,
    answerDropout: family.answerDropout ? (options.dropout ?? family.answerDropout(config)) : 0,
    call: task.call,
    roles: options.roles ?? [],
    mask: inputs.attention_mask,
    sentence(numbers) {
      const { sentence } = family;
      if (!sentence) throw missingSentenceHeadError(task.call.word, family.shape);
      const dropoutRate = options.dropout ?? sentence.dropout?.(config) ?? dropout;
      return sentence.logits(head, body, { hidden, labels: numbers, dropout: dropoutRate });
    },
  });
  return { ...outputs, body };
}

/** Returns the path of the head layer with one row per label. */
export function labelsLayerPath({ task, family }: Pick<AssembleOptions, "task" | "family">): string | undefined {
  return headPathsOf(task.implementation, family, task.call).at(-1);
}

/** Logit of excluded labels: far below any real logit, but small enough that a loss stays finite and precise. */
const UNSAID = -100;

/** Wraps the head so that the routed part of each row can predict only the first `known` labels. */
function answering(
  head: LayerBuilder,
  { known }: NonNullable<ModelOutputs["routed"]>,
  last: string | undefined,
): LayerBuilder {
  const linear: LayerBuilder["linear"] = (path, x, options) => {
    const logits = head.linear(path, x, options);
    if (path !== last) return logits;
    const places = logits.range(1).cast("f32").reshape([1, options.out]);
    return places.less(known).select(logits, logits.filled(UNSAID));
  };
  return { ...head, linear };
}

/** Returns true for body parameters that train: those that the technique trains and that are not frozen. */
export function trainedBodyParameterTest(
  options: Pick<AssembleOptions, "technique" | "freeze">,
): (path: string) => boolean {
  const { call, implementation } = options.technique;
  return (path) => implementation.trains(call, path) && !isFrozenParameter(options.freeze ?? [], path);
}

/** Returns the options of the layers; `technique` is optional. */
export function layersOptionsOf(
  options: Pick<AssembleOptions, "family" | "config" | "prefixInCheckpoint" | "tensors"> &
    Partial<Pick<AssembleOptions, "technique" | "task" | "under" | "rounding" | "onLinearInput">>,
  graph: Graph,
  seed: number,
  trains: (path: string) => boolean,
  draws?: Tensor,
): Omit<LayerBuilderOptions, "prefix"> {
  const named = options.tensors instanceof Set ? (options.tensors as ReadonlySet<string>) : undefined;
  const shapes = named ? {} : (options.tensors as Readonly<Record<string, readonly number[]>>);
  const tensors = named ?? new Set(Object.keys(shapes));
  const { call, implementation } = options.technique ?? {};
  const { rounding, onLinearInput } = options;
  const multiplied = (path: string, x: Tensor): Tensor => {
    onLinearInput?.(path, x);
    return rounding ? quantizeActivation(rounding, path, x) : x;
  };
  const adds = (path: string): boolean => (call && implementation?.adds?.(call, path)) ?? false;
  return {
    graph,
    seed,
    trains,
    ...(options.under !== undefined && { under: options.under }),
    // Without tensors, the model is from scratch. Poolers are often missing; parameters added by the technique are new.
    mayBeFresh: (path) => tensors.size === 0 || path.startsWith("pooler.") || adds(path),
    // If training starts from an adapter, its file must have all parameters that the technique adds.
    ...(call &&
      startFolderOf(call) !== null && {
        fileName: (name: string) => savedStateName(options, name),
        mustLoad: adds,
      }),
    prefixInCheckpoint: options.prefixInCheckpoint ? options.family.prefix : "",
    tensors,
    // A head with another number of labels is ignored and initialized; a body that does not fit is an engine error.
    fits: (name, shape) => !/classifier/.test(name) || !shapes[name] || shapes[name].join() === shape.join(),
    initializerRange: options.family.initializerRange(options.config),
    ...((rounding ?? onLinearInput) && { multiplied }),
    ...(draws && { draws }),
  };
}

/** Returns the name of a state in the file of trained parameters. */
export function savedStateName(
  { technique, task, family }: Pick<AssembleOptions, "family"> & Partial<Pick<AssembleOptions, "technique" | "task">>,
  name: string,
): string {
  const bare = task?.implementation.bare && name.startsWith(family.prefix);
  const plainName = bare ? name.slice(family.prefix.length) : name;
  return technique?.implementation.fileName?.(plainName) ?? name;
}

/**
 * Returns the paths of the head's parameters: the task's own, or those of the family's classification or
 * masked-language-model head. `call`: the task's call, which may select another head; by default, the task without
 * arguments.
 */
export function headPathsOf(
  task: Pick<TaskImplementation, "headPaths" | "ownHead">,
  family: Pick<ModelImplementation, "sentence" | "unmaskPaths">,
  call?: Call,
): readonly string[] {
  const ownPaths = call && task.ownHead?.(call);
  if (ownPaths) return ownPaths;
  if (task.headPaths === "sentence") return family.sentence?.paths ?? [];
  return task.headPaths === "unmask" ? (family.unmaskPaths ?? []) : task.headPaths;
}
