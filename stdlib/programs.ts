/**
 * From a base, a task, a technique and an optimizer to the programs that an engine runs over one shared state:
 * `train` (forward, backward, update), `evaluate` (logits and probabilities) and `loss` (evaluate with labels).
 */
import { Graph, type Tensor } from "#dsl/graph/builder.js";
import { gradient } from "#dsl/graph/gradient.js";
import { prune } from "#dsl/graph/passes.js";
import type { Program, Type } from "#dsl/graph/program.js";
import type { Call } from "#dsl/plan/plan.js";
import type {
  ModelImplementation,
  ModelInputs,
  OptimizerImplementation,
  TaskImplementation,
  TechniqueImplementation,
} from "./kinds.js";
import { makeLayers, type LayersOptions } from "./layers.js";
import { MOMENTS } from "./optimizers/adamw.run.js";

export interface AssembleOptions {
  readonly family: ModelImplementation;
  /** What `family.config` gave. */
  readonly config: unknown;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  readonly technique: { readonly call: Call; readonly implementation: TechniqueImplementation };
  readonly optimizer: { readonly call: Call; readonly implementation: OptimizerImplementation };
  /** Number of labels. */
  readonly labels: number;
  /** Null: the config's own rates. */
  readonly dropout: number | null;
  /** Dropout before the head (`classifier_dropout` of the config); absent or null: the config's rate between layers. */
  readonly headDropout?: number | null;
  /** Greatest global norm of the gradients; null: no clipping. */
  readonly clip: number | null;
  /** Whether the checkpoint's names carry the family's prefix (`bert.`). */
  readonly prefixInCheckpoint: boolean;
  /** Tensors of the base and, if the technique starts from an adapter, of the adapter: names, or names with shapes. */
  readonly tensors: ReadonlySet<string> | Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  /** Whether the programs take token_type_ids; else all are 0. */
  readonly tokenTypes?: boolean;
}
export interface Assembled {
  /** Inputs input_ids, attention_mask (both i32 [batch, length]), labels (i32 [batch]), rate (f32), step (i32, from 1); outputs loss, norm. */
  readonly train: Program;
  /** Inputs input_ids, attention_mask; outputs logits, probabilities. */
  readonly evaluate: Program;
  /** As evaluate, with labels; output loss besides. */
  readonly loss: Program;
  /** States that train, in the checkpoint's order. */
  readonly trainable: readonly string[];
  /** States that make up the trained model, and the names they are saved under (PEFT's for adapters). */
  readonly saved: Readonly<Record<string, string>>;
  /** States that a resumed run needs: what trains and the optimizer's moments. */
  readonly resumable: readonly string[];
}

const IDS: Type = { dtype: "i32", shape: ["batch", "length"] };

export function assemble(o: AssembleOptions): Assembled {
  const built = buildTrain(o);
  const trainable = built.trainable;
  const adapter = o.technique.implementation.saved === "peft";
  const weights = Object.keys(built.program.state).filter((name) => !MOMENTS.some((m) => name.startsWith(m)));
  const kept = adapter ? trainable : weights;
  return {
    train: built.program,
    evaluate: buildEvaluate(o, false),
    loss: buildEvaluate(o, true),
    trainable,
    saved: Object.fromEntries(kept.map((name) => [name, adapter ? `base_model.model.${name}` : name])),
    resumable: trainable.flatMap((name) => [name, ...MOMENTS.map((m) => m + name)]),
  };
}

/** The body alone, as it is in the checkpoint: inputs input_ids, attention_mask, token_type_ids if asked; output last_hidden_state. */
export function assembleBody(o: {
  readonly family: ModelImplementation;
  readonly config: unknown;
  readonly prefixInCheckpoint: boolean;
  readonly tensors: AssembleOptions["tensors"];
  readonly tokenTypes?: boolean;
}): Program {
  const graph = new Graph();
  const layers = makeLayers({ ...layersOptions(o, graph, 0, () => false), prefix: o.family.prefix });
  const inputs = modelInputs(graph, o.tokenTypes ?? false);
  const body = o.family.build(layers, o.config, inputs, { dropout: 0, pooled: false });
  graph.output("last_hidden_state", body.last_hidden_state);
  return prune(graph.program());
}

/** Body and head as they are, with token types if asked; output logits. */
export function assembleForward(
  o: Omit<AssembleOptions, "optimizer" | "clip" | "dropout">,
  tokenTypes: boolean,
): Program {
  const graph = new Graph();
  const { logits } = buildModel({ ...o, dropout: 0 }, graph, modelInputs(graph, tokenTypes));
  graph.output("logits", logits);
  return prune(graph.program());
}

function buildTrain(o: AssembleOptions): { program: Program; trainable: readonly string[] } {
  const graph = new Graph();
  const inputs = modelInputs(graph, o.tokenTypes ?? false);
  const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
  const rate = graph.input("rate", { dtype: "f32", shape: [] });
  const step = graph.input("step", { dtype: "i32", shape: [] });
  const { logits } = buildModel(o, graph, inputs, step);
  const loss = crossEntropy(graph, logits, labels);
  const state = graph.program().state;
  const names = Object.keys(state).filter((name) => state[name]!.trains);
  const parameters = names.map((name) => graph.state(name, state[name]!));
  const gradients = gradient(graph, loss, parameters);
  const trainable = names.flatMap((name, i) => {
    const d = gradients[i];
    return d ? [{ name, value: parameters[i]!, gradient: d }] : [];
  });
  const { norm } = o.optimizer.implementation.apply(o.optimizer.call, graph, trainable, { rate, step, clip: o.clip });
  graph.output("loss", loss);
  graph.output("norm", norm);
  return { program: prune(graph.program()), trainable: trainable.map((t) => t.name) };
}

function buildEvaluate(o: AssembleOptions, withLabels: boolean): Program {
  const graph = new Graph();
  const { logits } = buildModel({ ...o, dropout: 0 }, graph, modelInputs(graph, o.tokenTypes ?? false));
  graph.output("logits", logits);
  graph.output("probabilities", logits.softmax());
  if (withLabels) {
    const labels = graph.input("labels", { dtype: "i32", shape: ["batch"] });
    graph.output("loss", crossEntropy(graph, logits, labels));
  }
  return prune(graph.program());
}

function modelInputs(graph: Graph, tokenTypes: boolean): ModelInputs {
  return {
    input_ids: graph.input("input_ids", IDS),
    attention_mask: graph.input("attention_mask", IDS),
    ...(tokenTypes && { token_type_ids: graph.input("token_type_ids", IDS) }),
  };
}

function buildModel(
  o: Omit<AssembleOptions, "optimizer" | "clip">,
  graph: Graph,
  inputs: ModelInputs,
  step?: Tensor,
): { readonly logits: Tensor } {
  const { family, config, task } = o;
  const technique = o.technique.implementation;
  const base = layersOptions(o, graph, o.seed, (path) => technique.trains(o.technique.call, path), step);
  const body = family.build(
    technique.around(o.technique.call, makeLayers({ ...base, prefix: family.prefix })),
    config,
    inputs,
    { dropout: o.dropout },
  );
  // The head trains under every technique, as PEFT's modules_to_save.
  const head = makeLayers({ ...base, prefix: "", prefixInCheckpoint: "", trains: () => true, mayBeFresh: () => true });
  const dropout = o.dropout ?? o.headDropout ?? family.dropout(config);
  return task.implementation.head(head, body, {
    hidden: family.hidden(config),
    labels: o.labels,
    dropout,
    call: task.call,
  });
}

function layersOptions(
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

function crossEntropy(graph: Graph, logits: Tensor, labels: Tensor): Tensor {
  return graph.one("cross_entropy", [logits, labels], { ignore: -100 });
}
