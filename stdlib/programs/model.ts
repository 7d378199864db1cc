/** The model of a program: inputs, the family's body under the technique, the task's head. */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Type } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { isFrozen } from "../parts/shared/frozen-parts.js";
import type { Layers } from "../layers/contract.js";
import type { ModelImplementation, ModelInputs, ModelOutputs } from "../models/kind.js";
import type { TaskImplementation, TaskOutputs } from "../tasks/kind.js";
import { makeLayers, type LayersOptions } from "../layers/graph-layers.js";
import { roundedActivation } from "../layers/rounded-activations.js";
import { startsFrom } from "../techniques/shared/from-parameter.js";
import { buildBody } from "./body.js";
import { notForShape } from "../tasks/shared/refusals.js";
import type { AssembleOptions } from "./options.js";

export const IDS: Type = { dtype: "i32", shape: ["batch", "length"] };
/** What dropout is drawn by (`draws` in tensor/numbers/random.ts). */
export const DRAWS: Type = { dtype: "i32", shape: ["batch"] };
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
  /** Of a training: DRAWS. */
  draws?: Tensor,
  /** Wraps the body's layers as the technique has wrapped them. */
  outermost?: (layers: Layers) => Layers,
): TaskOutputs & { readonly body: ModelOutputs } {
  const { family, config, task } = o;
  const base = layersOptions(o, graph, o.seed, trainsIn(o), draws);
  const under = o.under ?? "";
  const body = buildBody(o, makeLayers({ ...base, prefix: under + family.prefix }), inputs, {
    dropout: o.dropout,
    pooled: task.implementation.pooled !== false && !task.implementation.ownHead?.(task.call),
    trains: draws !== undefined,
    ...(outermost && { outermost }),
  });
  // The head trains under every technique, as PEFT's modules_to_save.
  const layers = makeLayers({
    ...base,
    prefix: under,
    prefixInCheckpoint: "",
    trains: () => o.under === undefined,
    mayBeFresh: () => true,
    mustLoad: () => false,
  });
  const head = body.routed ? answering(layers, body.routed, labelsPath(o)) : layers;
  const hidden = family.hidden(config);
  const dropout = o.dropout ?? family.headDropout?.(config) ?? family.dropout(config);
  const outputs = task.implementation.head(head, body, {
    hidden,
    labels: task.implementation.outputs?.(o.labels) ?? o.labels,
    dropout,
    answerDropout: family.answerDropout ? (o.dropout ?? family.answerDropout(config)) : 0,
    call: task.call,
    roles: o.roles ?? [],
    mask: inputs.attention_mask,
    sentence(numbers) {
      const { sentence } = family;
      if (!sentence) throw notForShape(task.call.word, family.shape);
      const own = o.dropout ?? sentence.dropout?.(config) ?? dropout;
      return sentence.logits(head, body, { hidden, labels: numbers, dropout: own });
    },
  });
  return { ...outputs, body };
}

/** Path of the head's layer that has a row for each label. */
export function labelsPath({ task, family }: Pick<AssembleOptions, "task" | "family">): string | undefined {
  return headPathsOf(task.implementation, family, task.call).at(-1);
}

/** Far below what a head says, and no more than what is still told in a loss. */
const UNSAID = -100;

/** The head, where each row's part may answer the first labels alone. */
function answering(head: Layers, { known }: NonNullable<ModelOutputs["routed"]>, last: string | undefined): Layers {
  const linear: Layers["linear"] = (path, x, o) => {
    const logits = head.linear(path, x, o);
    if (path !== last) return logits;
    const places = logits.range(1).cast("f32").reshape([1, o.out]);
    return places.less(known).select(logits, logits.filled(UNSAID));
  };
  return { ...head, linear };
}

/** Whether a parameter of the body trains: the technique says so and it isn't frozen. */
export function trainsIn(o: Pick<AssembleOptions, "technique" | "freeze">): (path: string) => boolean {
  const { call, implementation } = o.technique;
  return (path) => implementation.trains(call, path) && !isFrozen(o.freeze ?? [], path);
}

/** `technique` absent: none. */
export function layersOptions(
  o: Pick<AssembleOptions, "family" | "config" | "prefixInCheckpoint" | "tensors"> &
    Partial<Pick<AssembleOptions, "technique" | "task" | "under" | "rounding" | "onLinearInput">>,
  graph: Graph,
  seed: number,
  trains: (path: string) => boolean,
  draws?: Tensor,
): Omit<LayersOptions, "prefix"> {
  const named = o.tensors instanceof Set ? (o.tensors as ReadonlySet<string>) : undefined;
  const shapes = named ? {} : (o.tensors as Readonly<Record<string, readonly number[]>>);
  const tensors = named ?? new Set(Object.keys(shapes));
  const { call, implementation } = o.technique ?? {};
  const { rounding, onLinearInput } = o;
  const multiplied = (path: string, x: Tensor): Tensor => {
    onLinearInput?.(path, x);
    return rounding ? roundedActivation(rounding, path, x) : x;
  };
  const adds = (path: string): boolean => (call && implementation?.adds?.(call, path)) ?? false;
  return {
    graph,
    seed,
    trains,
    ...(o.under !== undefined && { under: o.under }),
    // No checkpoint at all: a model from scratch. A pooler is often left out; a technique's own parameters are new.
    mayBeFresh: (path) => tensors.size === 0 || path.startsWith("pooler.") || adds(path),
    // Training that starts from an adapter takes all that the technique adds from its file.
    ...(call &&
      startsFrom(call) !== null && {
        fileName: (name: string) => savedName(o, name),
        mustLoad: adds,
      }),
    prefixInCheckpoint: o.prefixInCheckpoint ? o.family.prefix : "",
    tensors,
    // A head with another number of labels is left where it is and a fresh one made; a body that doesn't fit is an error of the engine.
    fits: (name, shape) => !/classifier/.test(name) || !shapes[name] || shapes[name].join() === shape.join(),
    initializerRange: o.family.initializerRange(o.config),
    ...((rounding ?? onLinearInput) && { multiplied }),
    ...(draws && { draws }),
  };
}

/** Name of a state in the file of what a technique trained. */
export function savedName(
  { technique, task, family }: Pick<AssembleOptions, "family"> & Partial<Pick<AssembleOptions, "technique" | "task">>,
  name: string,
): string {
  const bare = task?.implementation.bare && name.startsWith(family.prefix);
  const own = bare ? name.slice(family.prefix.length) : name;
  return technique?.implementation.fileName?.(own) ?? name;
}

/**
 * Paths of the head's parameters: the task's own, or those of the family's head over whole texts or of masked tokens. `call`:
 * the task's, which may ask for another; absent: as it is without arguments.
 */
export function headPathsOf(
  task: Pick<TaskImplementation, "headPaths" | "ownHead">,
  family: Pick<ModelImplementation, "sentence" | "unmaskPaths">,
  call?: Call,
): readonly string[] {
  const own = call && task.ownHead?.(call);
  if (own) return own;
  if (task.headPaths === "sentence") return family.sentence?.paths ?? [];
  return task.headPaths === "unmask" ? (family.unmaskPaths ?? []) : task.headPaths;
}
