/**
 * The objective of a training: its list of loss terms, each with the outputs that it needs, added up. Without other terms it is
 * the task's own loss.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Graph } from "#dsl/tensor/builder.js";
import { mix } from "#dsl/tensor/numbers/random.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type {
  Logits,
  LossTerm,
  ModelReadings,
  Need,
  OutputTerm,
  ParameterTerm,
  TermContext,
} from "../losses/loss-term.js";
import type { ModelInputs } from "../models/kind.js";
import type { Supervised } from "../tasks/kind.js";
import { eachState } from "./hidden-states.js";
import type { AssembleOptions, ObjectiveOptions, Strategy } from "./options.js";
import { buildReferences, type ReadableModel, type ReferenceModels, TEACHER } from "./references.js";

/** Prefix of the names of projections that train beside the model. */
const PROJECTIONS = "distill/";
/** Prefixes of states that are no part of the trained model. */
export const EXTRA_STATES: readonly string[] = [TEACHER, PROJECTIONS];

/** Names of the inputs of a source of outputs: cached logits and which are known, both f32 [batch, labels]; shares, f32 [batch]. */
export function outputInputs(source: string) {
  return { logits: `recalled_${source}`, known: `known_${source}`, share: `share_${source}` } as const;
}

/** Whether strategies weigh the rows of a batch: then `each` is fed, which sums to what the loss is the mean of. */
export function weighsRows(strategies: readonly Strategy[] = []): boolean {
  return strategies.some(({ call, implementation }) => implementation.replay?.(call).beside !== undefined);
}

/** Whether rows of a batch have different weights: some have no labels, or strategies weigh them. */
export function weighsBatch(o: {
  readonly strategies?: readonly Strategy[] | undefined;
  readonly objective?: Pick<ObjectiveOptions, "unlabelledRows"> | undefined;
}): boolean {
  return weighsRows(o.strategies) || o.objective?.unlabelledRows === true;
}

const TASK_LOSS: OutputTerm<"task_loss"> = {
  needs: "task_loss",
  reference: "none",
  source: "task",
  loss: ({ outputs }) => outputs(),
};

type WithTerms = Pick<AssembleOptions, "objective" | "strategies"> & Partial<Pick<AssembleOptions, "task">>;

/** All terms of a training: the objective's, by default the task's, by default the task's own loss; then those of the strategies. */
export function lossTerms({ objective, strategies = [], task }: WithTerms): readonly LossTerm[] {
  const terms = objective?.terms ?? task?.implementation.terms?.(task.call) ?? [TASK_LOSS];
  const added = strategies.flatMap(({ call, implementation }) => implementation.terms?.(call) ?? []);
  return [...terms, ...added];
}
export const outputTerms = (o: WithTerms): readonly OutputTerm[] =>
  lossTerms(o).filter((term) => term.needs !== "parameters");
export const parameterTerms = (o: WithTerms): readonly ParameterTerm[] =>
  lossTerms(o).filter((term) => term.needs === "parameters");

/** Whether the objective over outputs is the task's own loss and nothing else. */
export const isTaskLoss = (o: WithTerms): boolean => outputTerms(o).every((term) => term === TASK_LOSS);

/** The model that trains. */
export interface TrainedModel extends ReadableModel {
  readonly inputs: ModelInputs;
  readonly supervised: Supervised;
}

/** The sum of all terms over outputs. `loss`: the task's own. */
export function buildObjective(o: AssembleOptions, graph: Graph, loss: Tensor, trained: TrainedModel): Tensor {
  const references = buildReferences(o, outputTerms(o), graph, trained.inputs);
  return sumOfTerms(o, graph, { ...trained, loss, references, projection: projectionIn(o, graph) });
}

/** What terms read. */
export interface TermSources {
  readonly loss: Tensor;
  readonly model: ReadableModel["model"];
  readonly recorder?: ReadableModel["recorder"];
  readonly inputs: Pick<ModelInputs, "attention_mask">;
  readonly supervised: Supervised;
  readonly references: ReferenceModels;
  readonly projection: TermContext["projection"];
}
type TermOptions = WithTerms & Pick<AssembleOptions, "task" | "labels" | "packed">;

export function sumOfTerms(o: TermOptions, graph: Graph, sources: TermSources): Tensor {
  const terms = outputTerms(o);
  // Made first, so that the order of nodes doesn't depend on which term reads it.
  if (terms.some(({ needs }) => needs === "hidden")) maskOf(sources);
  const values = terms.map((term) => {
    const value = term.loss(contextOf(o, term, graph, sources));
    return term.weight === undefined ? value : value.multiply(term.weight);
  });
  return values.reduce((sum, value) => sum.add(value));
}

const maskOf = ({ inputs }: Pick<TermSources, "inputs">): Tensor => inputs.attention_mask.cast("f32");

function contextOf(o: TermOptions, term: OutputTerm, graph: Graph, sources: TermSources): TermContext {
  const read = READERS[term.needs];
  const inputs = Object.entries(term.inputs ?? {}).map(([name, type]) => [name, graph.input(name, type)] as const);
  return {
    graph,
    share: () => graph.input(outputInputs(term.source).share, { dtype: "f32", shape: ["batch"] }),
    mask: () => maskOf(sources),
    inputs: Object.fromEntries(inputs),
    outputs: () => read(o, sources, (x) => x),
    referenceOutputs() {
      if (term.reference === "cached") return cachedLogits(o, term.source, graph, sources);
      const reference = must(sources.references[term.reference], `the reference ${term.reference}`);
      return read(o, { ...sources, ...reference }, (x) => x.detach());
    },
    projection: sources.projection,
  };
}

type Read<N extends Need> = (o: TermOptions, from: TermSources, each: (x: Tensor) => Tensor) => ModelReadings[N];

/** How each need is read of a model; `each` is applied to every tensor. */
const READERS: { readonly [N in Need]: Read<N> } = {
  task_loss: (_, { loss }, each) => each(loss),
  logits: (o, { model, supervised }, each) => logitsReading(o, supervised, each(model.logits(supervised.targets))),
  sequence_logprobs(o, { model, supervised }, each) {
    const { word } = o.task.call;
    if (!model.sequenceLogprobs) throw invalid(`the task ${word} has no log-probabilities of sequences`);
    if (o.packed) throw invalid("log-probabilities of sequences need one sequence per row, and rows are packed");
    return each(model.sequenceLogprobs(supervised));
  },
  hidden: (_, { recorder }, each) => eachState(must(recorder, "recorded hidden states").states, each),
};

const invalid = (problem: string): CodedError => new CodedError("graph-invalid", { problem });

function logitsReading(
  { task }: TermOptions,
  { targets }: Supervised,
  logits: Tensor,
  known = (): Tensor => logits.filled(1),
): Logits {
  const { oneLabel } = task.implementation;
  return {
    logits,
    known,
    places: targets !== undefined,
    decides: targets || oneLabel ? "one" : "several",
  };
}

function cachedLogits(o: TermOptions, source: string, graph: Graph, { supervised }: TermSources): Logits {
  const names = outputInputs(source);
  const type = { dtype: "f32", shape: ["batch", o.labels] } as const;
  const logits = graph.input(names.logits, type);
  return logitsReading(o, supervised, logits, () => graph.input(names.known, type));
}

function projectionIn(o: AssembleOptions, graph: Graph): TermContext["projection"] {
  return (name, x, size) => {
    const initial = { random: { normal: o.family.initializerRange(o.config) }, seed: mix(o.seed) >>> 0 };
    const type = { dtype: "f32", shape: [size.out, size.in] } as const;
    return x.linear(graph.state(PROJECTIONS + name, { type, trains: true, initial }));
  };
}
