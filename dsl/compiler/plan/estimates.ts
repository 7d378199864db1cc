/**
 * Estimates the cost of a training. Parameters and steps are exact; the rest are estimates with these formulas (P
 * parameters, T trainable ones, b batch, L longest text in tokens, h hidden, i intermediate, n layers, V vocabulary):
 * - Memory of the engine's process = 4·P + 8·T (weights, two moments) + working memory + the engine's fixed
 *   memory. Working memory is the greater of the start of the backward pass (all activations, a head's gradient
 *   and a copy of its weight) and its end (all gradients, which clipping waits for, and one block's activations).
 *   Activations of a block, in numbers per token: 7·h + 2·i if all weights train, 3·h + 2·i if the base is
 *   frozen (no inputs stored for weight gradients), 3·i instead of 2·i with gated units. In bf16, 0.59 of it
 *   plus 2 bytes per matrix weight. With recomputation, h per block plus one full block. A head over the
 *   vocabulary holds three copies of one chunk's logits, at the positions with targets. The factors are fitted
 *   to `tensor/memory.ts`, which walks the program itself.
 * - Seconds are estimated from recent trainings on this machine (duration.ts). Effort, in FLOPs of f32 products:
 *   tokens · (2·M + 4·n·h·l̄) · c. M is the elements of matrices outside embeddings, l̄ the mean length. c = 3 if
 *   all weights train (forward, two products backward), 2 if the base is frozen, one more with recomputation; in
 *   bf16 1 / 1.7 of it. Add 280·T per update, which moves 28 bytes per parameter while a core does about ten
 *   FLOPs a byte. Add for each validation its tokens · (2·M + 4·n·h·l̄).
 */
import { headLossChunkCount } from "../../tensor/ops/shared/head.js";
import type { FamilyCapabilities, LayerStacks } from "../../language/types/capabilities/model.js";
import type { ConfigSizeFields } from "../../language/types/capabilities/from-scratch.js";
import type { TeacherMemory } from "../../language/types/capabilities/teacher-memory.js";
import { meanTokensOf, type RowsDrawnPerBatch } from "./drawn-rows.js";
import type { Program } from "./program.js";
import { countTimesDue } from "./cadence.js";
import { estimateDuration } from "./duration.js";
import type { BaseFacts, DataFacts, MachineFacts, SplitFacts } from "../../language/types/facts.js";
import { allRows, countEpochRows, rowFormatOf, updatesPerEpoch, writesText } from "./batches.js";
import type { EpochRows, SplitRows } from "../../language/types/capabilities/row-format.js";
import type { Estimates, RecipePlan } from "./plan.js";
import type { ModelPlan, Call } from "../../language/types/value.js";

/**
 * Fixed memory of the engine: TensorFlow loaded, a compiled graph, oneDNN kernels, allocator reserve. Measured with
 * programs of six to thirty layers.
 */
const engineBytes = 490e6;

/** Returns the training rows: the split `train`, or all rows if there is none. */
export function trainingSplit(facts: DataFacts): SplitFacts | undefined {
  return facts.splits["train"] ?? facts.splits["all"] ?? Object.values(facts.splits)[0];
}

export interface EstimateInput {
  readonly model: ModelPlan;
  readonly base: BaseFacts;
  readonly data: DataFacts;
  readonly training: RecipePlan;
  readonly machine: MachineFacts;
  /** A frozen model that runs in the same program. Default: none. */
  readonly beside?: ReferenceModel | null;
  /**
   * Further rows in each batch, as many as it has, and the base that predicts each of them once, if known. Default:
   * none.
   */
  readonly drawn?: (RowsDrawnPerBatch & { readonly larger?: BaseFacts | undefined }) | null;
  /** Replayed rows of earlier data. Default: none. */
  readonly replayed?: ReplayedRows | undefined;
}

export function estimateTraining(program: Program, options: EstimateInput): Estimates {
  const { model, base, data, training, replayed } = options;
  const split = trainingSplit(data);
  const rows = split?.rows ?? 0;
  const feeding = { rowFormat: rowFormatOf(program.registry, model.task), packing: training.packing };
  const among = replayed && !replayed.beside ? replayed.parts : [];
  const epoch = countEpochRows([allRows(split), ...among], model.max_length, feeding);
  const { longest } = epoch;
  const family = program.registry.find("model", base.family)?.capabilities;
  const { hidden: width, vocabulary, ...sizes } = sizesIn(base, family);
  const hidden = width || 1;
  const head = addedByHead(program, model.task, base, { hidden, labels: data.labels.length });
  const headElements = ownHead(program, base, hidden);
  const share = countTrainedParameters(program, model, { ...base, parameters: base.parameters - headElements });
  const frozen = share.frozen ? share.trains : null;
  const trainable = share.trains + head;
  const parameters = base.parameters - headElements + head + share.adds;
  const perEpoch = updatesPerEpoch(epoch.rows, training);
  // A closed-form update reads all rows once, with a forward pass only.
  const exact =
    program.registry.find("technique", model.technique.word)?.capabilities?.isExact?.(model.technique) === true;
  const steps = exact ? 1 : (training.steps ?? Math.max(1, Math.round(perEpoch * (training.epochs ?? 1))));
  const mean = epoch.rows > 0 ? epoch.tokens / epoch.rows : 0;
  const perStep = mean * Math.min(training.batch_size * training.accumulate, Math.max(epoch.rows, 1));
  const drawn =
    replayed?.beside && replayed.parts.length > 0
      ? countEpochRows(replayed.parts, model.max_length, feeding)
      : options.drawn;
  // No row is drawn twice for a batch.
  const each = drawn && replayed ? Math.min(1, drawn.rows / training.batch_size) : 1;
  const added = drawn && mean > 0 ? 1 + (each * meanTokensOf(drawn)) / mean : 1;
  const stepped = training.steps === null ? epoch.tokens * (training.epochs ?? 1) : perStep * steps;
  const tokens = exact ? epoch.tokens : stepped * added;
  const work =
    epoch.written === undefined || !writesText(program.registry, model.task) || !family?.encoderDecoder
      ? null
      : pairWork(base, family.encoderDecoder, epoch.written);
  const layers = work?.layers ?? (sizes.layers || 1);
  const intermediate = sizes.intermediate || 4 * hidden;
  const unmasked = unmaskedBy(program, model.task);
  const matrices = (work?.matrices ?? matricesOf(base, multiplied)) + unmasked * vocabulary * hidden;
  const weights = storedWeights(program, model, base);
  const { beside } = options;
  const rowsOf = Math.min(training.batch_size, Math.max(epoch.rows, 1));
  const batch = drawn ? 2 * rowsOf * Math.max(longest, drawn.longest) : rowsOf * longest;
  const shape: StepCostInput = {
    ...(beside && { beside: heldBeside(beside, { batch, longest, vocabulary }) }),
    tokens: batch,
    parameters,
    trainable,
    layers,
    hidden,
    intermediate,
    matrices,
    gated: Object.keys(base.shapes).some((path) => family?.gateLayer?.test(path)),
    frozen: frozen !== null,
    vocabulary: unmasked > 0 || writesText(program.registry, model.task) ? vocabulary * (epoch.written ?? 1) : 0,
    ...(unmasked > 0 && { places: unmasked }),
    low: training.precision === "bf16",
    recomputed: training.recompute === "blocks",
    accumulated: training.accumulate > 1,
    ...(weights && { saved: 4 * base.parameters - weights.bytes }),
  };
  const effort = exact
    ? forwardEffort(shape, mean) * tokens
    : (matrixFlopsPerToken(shape, drawn ? (mean + meanTokensOf(drawn)) / 2 : mean) +
        2 * (beside ? matricesOf(beside.base, multiplied) : 0)) *
        tokens +
      updateFlops(shape) * steps +
      (options.drawn?.larger
        ? 2 * matricesOf(options.drawn.larger, multiplied) * (epoch.tokens + options.drawn.tokens)
        : 0);
  const validating = validatingOf(countEpochRows([allRows(data.splits["validation"])], model.max_length, feeding), {
    cadence: training.validate,
    looks: { total: steps, loader: { epochsDone: (step: number) => (exact ? step : step / perEpoch) } },
    effort: (length) => forwardEffort(shape, length),
  });
  const took = estimateDuration({ flops: effort + validating.flops, steps }, options.machine);
  return {
    parameters,
    trainable,
    rows,
    steps,
    tokens: Math.round(tokens),
    flops: Math.round(effort),
    ...(validating.times > 0 && { validating }),
    ...besideOf(options),
    memoryBytes: Math.round(peakMemoryBytes(shape)),
    ...(weights && { storedBytes: Math.round(weights.bytes) }),
    seconds: took?.seconds ?? null,
    ...(took && { secondsBetween: took.between }),
  };
}

/** Estimates the validations of the run. `effort`: per token for texts of a mean length. */
function validatingOf(
  { rows, tokens }: EpochRows,
  options: {
    readonly cadence: RecipePlan["validate"];
    readonly looks: Parameters<typeof countTimesDue>[1];
    readonly effort: (length: number) => number;
  },
): NonNullable<Estimates["validating"]> {
  const times = rows > 0 ? countTimesDue(options.cadence, options.looks) : 0;
  return { times, rows, flops: Math.round(times * tokens * options.effort(tokens / Math.max(1, rows))) };
}

/** Returns the rows added to the data's own rows. */
function besideOf({
  drawn,
  replayed,
}: {
  drawn?: RowsDrawnPerBatch | null;
  replayed?: ReplayedRows | undefined;
}): Partial<Estimates> {
  const rows = replayed?.parts.reduce((sum, one) => sum + one.rows, 0) ?? 0;
  return {
    ...(drawn && { drawn: { rows: drawn.rows, tokens: Math.round(drawn.tokens) } }),
    ...(rows > 0 && { kept: { rows, ...(replayed?.beside && { beside: true as const }) } }),
  };
}

/** Returns the estimates of a compression without training: its weights are made directly. */
export function estimatesWithoutSteps({ validating, secondsBetween, ...rest }: Estimates): Estimates {
  void [validating, secondsBetween];
  return { ...rest, trainable: 0, steps: 0, tokens: 0, flops: 0, seconds: null };
}

/** Returns the stored size of the base's weights; undefined for f32. */
function storedWeights(
  program: Program,
  { storage, task }: ModelPlan,
  base: BaseFacts,
): { readonly bytes: number } | undefined {
  const count = storage && program.registry.find("storage", storage.word)?.capabilities?.weightBytes;
  return count && { bytes: count(storage, base.shapes, writesText(program.registry, task)) };
}

/**
 * Replayed rows. `beside`: each batch gets as many of them as it has new rows; by default they are mixed with the new
 * rows.
 */
export interface ReplayedRows {
  readonly parts: readonly SplitRows[];
  readonly beside?: true;
}
/** A frozen model, and the outputs of it that are held until the losses are computed. */
export interface ReferenceModel {
  readonly base: BaseFacts;
  readonly memory: TeacherMemory;
}
function heldBeside(
  { base, memory: { perToken: token, perTokenPair: pair, perLogit: logit } }: ReferenceModel,
  { batch, longest, vocabulary }: { readonly batch: number; readonly longest: number; readonly vocabulary: number },
): NonNullable<StepCostInput["beside"]> {
  return { state: 4 * base.parameters, start: 4 * batch * (token + pair * longest + logit * vocabulary) };
}

const multiplied = (path: string): boolean => !/embedding/i.test(path);

/** Counts the elements of matrices whose path passes the test. */
function matricesOf(base: BaseFacts, isCounted: (path: string) => boolean): number {
  return Object.entries(base.shapes).reduce(
    (sum, [path, shape]) => (shape.length === 2 && isCounted(path) ? sum + (shape[0] ?? 0) * (shape[1] ?? 0) : sum),
    0,
  );
}

/**
 * Returns the average work per token of an encoder-decoder. Input tokens pass through the encoder and the decoder's
 * cross-attention keys and values; output tokens pass through the rest. A decoder layer attends twice.
 */
function pairWork(
  base: BaseFacts,
  stacks: LayerStacks,
  written: number,
): { readonly layers: number; readonly matrices: number } {
  const met = (by: "read" | "written"): number => matricesOf(base, (path) => stacks.meets(path, base.shapes) === by);
  const encoder = size(base, stacks.encoder) || 1;
  const decoder = 1.5 * (size(base, stacks.decoder) || encoder);
  const mean = (a: number, b: number): number => (1 - written) * a + written * b;
  return { layers: mean(encoder, decoder), matrices: mean(met("read"), met("written")) };
}

/** Inputs of the memory and effort formulas of a training step. */
export interface StepCostInput {
  readonly parameters: number;
  /** Tokens per batch, including padding. */
  readonly tokens: number;
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  /** Whether units are gated, with three wide activations instead of two. */
  readonly gated: boolean;
  readonly frozen: boolean;
  readonly trainable: number;
  /** Elements of the weights used in matrix products. */
  readonly matrices: number;
  /** Vocabulary size of the head; 0 for no head over the vocabulary. */
  readonly vocabulary: number;
  /** Share of tokens for which the head computes logits; defaults to all. */
  readonly places?: number;
  readonly low: boolean;
  readonly recomputed: boolean;
  /** Whether gradients are accumulated over several batches. */
  readonly accumulated: boolean;
  /** Bytes saved by storing frozen weights below f32; defaults to none. */
  readonly saved?: number;
  /**
   * Bytes of a reference model: its weights, and its outputs held when the backward pass begins. Unset if there is
   * none.
   */
  readonly beside?: { readonly state: number; readonly start: number };
}
/** Returns the peak memory of the engine's process. */
export function peakMemoryBytes(options: StepCostInput): number {
  return (
    4 * options.parameters +
    (options.beside?.state ?? 0) -
    (options.saved ?? 0) +
    8 * options.trainable +
    workingBytes(options) +
    engineBytes
  );
}
/** Returns the effort per token for texts of a mean length. */
export function matrixFlopsPerToken(options: StepCostInput, length: number): number {
  const passes = (options.frozen ? 2 : 3) + (options.recomputed ? 1 : 0);
  return ((2 * options.matrices + 4 * options.layers * options.hidden * length) * passes) / (options.low ? 1.7 : 1);
}
/** Returns the effort of a forward pass only, as in a validation. */
function forwardEffort(options: StepCostInput, length: number): number {
  return (2 * options.matrices + 4 * options.layers * options.hidden * length) / (options.low ? 1.7 : 1);
}
export function updateFlops({ trainable }: StepCostInput): number {
  return 280 * trainable;
}
/** Returns the peak bytes alive in a training step besides its state. */
function workingBytes(options: StepCostInput): number {
  const wide = (options.gated ? 3 : 2) * options.intermediate;
  const block = ((options.frozen ? 3 : 7) * options.hidden + wide) * (options.low ? 0.59 : 1);
  const activations = options.recomputed ? options.layers * options.hidden + block : options.layers * block;
  const copies = options.low && !options.recomputed ? 2 * options.matrices : 0;
  const logits =
    options.vocabulary > 0
      ? (3 * options.vocabulary * (options.places ?? 1)) / headLossChunkCount(options.vocabulary)
      : 0;
  const head = options.vocabulary * options.hidden;
  // The head's gradient, if it trains, and its weight in the layout of the product library.
  const weights = head * ((options.frozen ? 0 : 4) + (options.low ? 2 : 4));
  const start = 4 * options.tokens * (activations + logits) + weights + (options.beside?.start ?? 0);
  // Accumulated gradients are part of the state and are updated as each gradient arrives.
  const end = 4 * (options.tokens * block + (options.accumulated ? 0 : options.trainable));
  return Math.max(start, end) + copies + (options.accumulated ? 4 * options.trainable : 0);
}

/**
 * Counts the elements that a technique trains in a base and adds to it. `frozen`: no weight matrix of the base trains.
 */
export function countTrainedParameters(
  program: Program,
  { technique, freeze = [] }: Pick<ModelPlan, "technique" | "freeze">,
  base: BaseFacts,
): { readonly trains: number; readonly adds: number; readonly frozen: boolean } {
  const has = program.registry.find("technique", technique.word)?.capabilities;
  const count = has?.trainableParameters;
  if (!count) return { trains: base.parameters, adds: 0, frozen: false };
  const isHeld = (name: string): boolean =>
    freeze.some((part) => program.registry.find("part", part.word)?.capabilities?.contains(part, name));
  const shapes = freeze.length
    ? Object.fromEntries(Object.entries(base.shapes).filter(([name]) => !isHeld(name)))
    : base.shapes;
  const layout = program.registry.find("model", base.family)?.capabilities?.weightLayout;
  const whole = has.saves !== "trained";
  const elementsOf = (how: typeof count): number => how(technique, shapes, layout, base);
  // The base's own count excludes tensors that are not parameters.
  const trains = whole && !freeze.length ? base.parameters : elementsOf(count);
  const { addedParameters: adds } = has;
  return { trains, adds: adds === true ? trains : adds ? elementsOf(adds) : 0, frozen: !whole };
}

/** Returns the parameters of a base with the task's head in place of its own. */
export function countParametersWithHead(program: Program, task: Call, base: BaseFacts, labels: number): number {
  const hidden = sizesIn(base, program.registry.find("model", base.family)?.capabilities).hidden || 1;
  return base.parameters - ownHead(program, base, hidden) + countHeadParameters(program, task, base, labels);
}

/** Returns the elements of a model's head for a number of labels. */
export function countHeadParameters(program: Program, task: Call, base: BaseFacts, labels: number): number {
  const family = program.registry.find("model", base.family)?.capabilities;
  return addedByHead(program, task, base, { hidden: sizesIn(base, family).hidden || 1, labels });
}

/** Returns the elements of the head that the task adds to the base (capability `parameters`). */
function addedByHead(
  program: Program,
  call: Call,
  base: BaseFacts,
  { hidden, labels }: { readonly hidden: number; readonly labels: number },
): number {
  const family = program.registry.find("model", base.family)?.capabilities;
  const does = program.registry.find("task", call.word)?.capabilities;
  return does?.headParameters(hidden, labels, { family, base, call }) ?? 0;
}

/** Returns the elements of the base's own head, which the task's head replaces or reuses. */
function ownHead(program: Program, base: BaseFacts, hidden: number): number {
  const [task, labels = []] = Object.entries(base.heads ?? {})[0] ?? [];
  if (task === undefined) return 0;
  return addedByHead(program, { word: task, kind: "task", arguments: {} }, base, { hidden, labels: labels.length });
}

/**
 * Returns the share of tokens for which the task's head predicts a token of the vocabulary (capability `vocabularyShare`); 0 if
 * it predicts none.
 */
function unmaskedBy(program: Program, task: Call): number {
  return program.registry.find("task", task.word)?.capabilities?.vocabularyShare?.(task) ?? 0;
}

/** Reads sizes by the field names of the family's configuration; 0 if a size is missing. */
function sizesIn(
  base: BaseFacts,
  family: FamilyCapabilities | undefined,
): Readonly<Record<keyof ConfigSizeFields, number>> {
  const sizeFor = (name: keyof ConfigSizeFields): number => size(base, family?.sizeFields[name] ?? []);
  const [hidden, layers, intermediate, vocabulary] = [
    sizeFor("hidden"),
    sizeFor("layers"),
    sizeFor("intermediate"),
    sizeFor("vocabulary"),
  ];
  return { hidden, layers, intermediate, vocabulary };
}
function size(base: BaseFacts, names: readonly string[]): number {
  for (const name of names) if (typeof base.config[name] === "number") return base.config[name];
  return 0;
}
