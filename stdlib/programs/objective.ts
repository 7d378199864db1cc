/**
 * The objective of a training: the sum of its loss terms, each with the outputs that it needs. By default it is the
 * task's own loss.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Graph } from "#dsl/tensor/builder.js";
import { mixBits } from "#dsl/tensor/numbers/random.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type {
  LogitsForLoss,
  LossTerm,
  ModelOutputsForLoss,
  LossTermOutputName,
  OutputLossTerm,
  ParameterLossTerm,
  LossTermContext,
} from "../losses/loss-term.js";
import type { ModelInputs } from "../models/kind.js";
import type { SupervisionTensors } from "../tasks/kind.js";
import { mapRecordedStates } from "./hidden-states.js";
import type { AssembleOptions, ObjectiveOptions, ConfiguredStrategy } from "./options.js";
import {
  buildReferenceModels,
  type ReadableModelOutputs,
  type ReferenceModelOutputs,
  TEACHER_STATE_PREFIX,
} from "./references.js";

/** Name prefix of projections that are trained with the model. */
const PROJECTIONS = "distill/";
/** Prefixes of states that do not belong to the trained model. */
export const NON_MODEL_STATE_PREFIXES: readonly string[] = [TEACHER_STATE_PREFIX, PROJECTIONS];

/**
 * Returns the input names of a source of cached outputs: logits and their known mask, both f32 [batch, labels], and
 * shares, f32 [batch].
 */
export function cachedOutputInputNames(source: string) {
  return { logits: `recalled_${source}`, known: `known_${source}`, share: `share_${source}` } as const;
}

/** Returns true if strategies weigh the rows of a batch. The input `each` then has each row's weight in the loss. */
export function weighsReplayedRows(strategies: readonly ConfiguredStrategy[] = []): boolean {
  return strategies.some(({ call, implementation }) => implementation.replay?.(call).appended !== undefined);
}

/** Returns true if rows of a batch have different weights: some have no labels, or strategies weigh them. */
export function weighsBatchRows(options: {
  readonly strategies?: readonly ConfiguredStrategy[] | undefined;
  readonly objective?: Pick<ObjectiveOptions, "unlabelledRows"> | undefined;
}): boolean {
  return weighsReplayedRows(options.strategies) || options.objective?.unlabelledRows === true;
}

const TASK_LOSS: OutputLossTerm<"task_loss"> = {
  needs: "task_loss",
  reference: "none",
  source: "task",
  loss: ({ outputs }) => outputs(),
};

type WithTerms = Pick<AssembleOptions, "objective" | "strategies"> & Partial<Pick<AssembleOptions, "task">>;

/**
 * Returns all loss terms of a training: the objective's, by default the task's, by default the task's own loss. The
 * terms of the strategies follow.
 */
export function lossTermsOf({ objective, strategies = [], task }: WithTerms): readonly LossTerm[] {
  const terms = objective?.terms ?? task?.implementation.terms?.(task.call) ?? [TASK_LOSS];
  const added = strategies.flatMap(({ call, implementation }) => implementation.terms?.(call) ?? []);
  return [...terms, ...added];
}
export const outputLossTerms = (options: WithTerms): readonly OutputLossTerm[] =>
  lossTermsOf(options).filter((term) => term.needs !== "parameters");
export const parameterLossTerms = (options: WithTerms): readonly ParameterLossTerm[] =>
  lossTermsOf(options).filter((term) => term.needs === "parameters");

/** Returns true if the objective over outputs is only the task's own loss. */
export const isPlainTaskLoss = (options: WithTerms): boolean =>
  outputLossTerms(options).every((term) => term === TASK_LOSS);

export interface TrainingModelTensors extends ReadableModelOutputs {
  readonly inputs: ModelInputs;
  readonly supervised: SupervisionTensors;
}

/** Returns the sum of all terms over outputs. `loss`: the task's own loss. */
export function buildObjective(
  options: AssembleOptions,
  graph: Graph,
  loss: Tensor,
  trained: TrainingModelTensors,
): Tensor {
  const references = buildReferenceModels(options, outputLossTerms(options), graph, trained.inputs);
  return sumOfLossTerms(options, graph, { ...trained, loss, references, projection: projectionIn(options, graph) });
}

export interface LossTermInputs {
  readonly loss: Tensor;
  readonly model: ReadableModelOutputs["model"];
  readonly recorder?: ReadableModelOutputs["recorder"];
  readonly inputs: Pick<ModelInputs, "attention_mask">;
  readonly supervised: SupervisionTensors;
  readonly references: ReferenceModelOutputs;
  readonly projection: LossTermContext["projection"];
}
type TermOptions = WithTerms & Pick<AssembleOptions, "task" | "labels" | "packed">;

export function sumOfLossTerms(options: TermOptions, graph: Graph, sources: LossTermInputs): Tensor {
  const terms = outputLossTerms(options);
  // Created first, so that the order of nodes does not depend on which term reads it.
  if (terms.some(({ needs }) => needs === "hidden")) maskOf(sources);
  const values = terms.map((term) => {
    const value = term.loss(contextOf(options, term, graph, sources));
    return term.weight === undefined ? value : value.multiply(term.weight);
  });
  return values.reduce((sum, value) => sum.add(value));
}

const maskOf = ({ inputs }: Pick<LossTermInputs, "inputs">): Tensor => inputs.attention_mask.cast("f32");

function contextOf(options: TermOptions, term: OutputLossTerm, graph: Graph, sources: LossTermInputs): LossTermContext {
  const read = READERS[term.needs];
  const inputs = Object.entries(term.inputs ?? {}).map(([name, type]) => [name, graph.input(name, type)] as const);
  return {
    graph,
    share: () => graph.input(cachedOutputInputNames(term.source).share, { dtype: "f32", shape: ["batch"] }),
    mask: () => maskOf(sources),
    inputs: Object.fromEntries(inputs),
    outputs: () => read(options, sources, (x) => x),
    referenceOutputs() {
      if (term.reference === "cached") return cachedLogits(options, term.source, graph, sources);
      const reference = mustExist(sources.references[term.reference], `the reference ${term.reference}`);
      return read(options, { ...sources, ...reference }, (x) => x.detach());
    },
    projection: sources.projection,
  };
}

type Read<N extends LossTermOutputName> = (
  options: TermOptions,
  from: LossTermInputs,
  each: (x: Tensor) => Tensor,
) => ModelOutputsForLoss[N];

/** Readers of each need from a model; `each` is applied to every tensor. */
const READERS: { readonly [N in LossTermOutputName]: Read<N> } = {
  task_loss: (_, { loss }, each) => each(loss),
  logits: (options, { model, supervised }, each) =>
    logitsReading(options, supervised, each(model.logits(supervised.targets))),
  sequence_logprobs(options, { model, supervised }, each) {
    const { word } = options.task.call;
    if (!model.sequenceLogprobs) throw invalid(`the task ${word} has no log-probabilities of sequences`);
    if (options.packed) throw invalid("log-probabilities of sequences need one sequence per row, and rows are packed");
    return each(model.sequenceLogprobs(supervised));
  },
  hidden: (_, { recorder }, each) => mapRecordedStates(mustExist(recorder, "recorded hidden states").states, each),
};

const invalid = (problem: string): CodedError => new CodedError("graph-invalid", { problem });

function logitsReading(
  { task }: TermOptions,
  { targets }: SupervisionTensors,
  logits: Tensor,
  known = (): Tensor => logits.filled(1),
): LogitsForLoss {
  const { oneLabel } = task.implementation;
  return {
    logits,
    known,
    places: targets !== undefined,
    decides: targets || oneLabel ? "one" : "several",
  };
}

function cachedLogits(
  options: TermOptions,
  source: string,
  graph: Graph,
  { supervised }: LossTermInputs,
): LogitsForLoss {
  const names = cachedOutputInputNames(source);
  const type = { dtype: "f32", shape: ["batch", options.labels] } as const;
  const logits = graph.input(names.logits, type);
  return logitsReading(options, supervised, logits, () => graph.input(names.known, type));
}

function projectionIn(options: AssembleOptions, graph: Graph): LossTermContext["projection"] {
  return (name, x, size) => {
    const initial = {
      random: { normal: options.family.initializerRange(options.config) },
      seed: mixBits(options.seed) >>> 0,
    };
    const type = { dtype: "f32", shape: [size.out, size.in] } as const;
    return x.linear(graph.state(PROJECTIONS + name, { type, trains: true, initial }));
  };
}
