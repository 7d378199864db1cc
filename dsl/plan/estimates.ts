/**
 * What a training will take. Parameters and steps are exact; the rest are estimates with these formulas
 * (P parameters, T trainable ones, b batch, L longest text in tokens, h hidden, i intermediate, a heads, n layers):
 * - memory = 4·P (weights) + 12·T (gradient, two moments) + k·4·n·b·L·(14·h + 2·i + 3·a·L) + 450 MB (the engine),
 *   with k = 1 where all trains and 0.6 where the base is frozen (no inputs kept for weight gradients);
 * - seconds = FLOPs / the machine's sustained FLOP/s; FLOPs = tokens · (2·M + 4·n·h·l̄) · c, M the elements of matrices
 *   outside embeddings, l̄ the mean length, c = 3 where all trains (forward, two products backward), 2 where the base is frozen.
 */
import type { Program } from "../check/program.js";
import type { BaseFacts, DataFacts, SplitFacts } from "./facts.js";
import { fed, predictsNext, updatesPerEpoch } from "./feeding.js";
import type { Call, Estimates, ModelPlan, RecipePlan } from "./plan.js";

const engineBytes = 450e6;

/** Rows that train: the split `train`, or all where there is none. */
export function trainingSplit(facts: DataFacts): SplitFacts | undefined {
  return facts.splits["train"] ?? facts.splits["all"] ?? Object.values(facts.splits)[0];
}

export function estimate(
  program: Program,
  o: { model: ModelPlan; base: BaseFacts; data: DataFacts; training: RecipePlan; flops: number | null },
): Estimates {
  const { model, base, data, training } = o;
  const split = trainingSplit(data);
  const rows = split?.rows ?? 0;
  const windows = predictsNext(program.registry, model.task);
  const epoch = fed(split, model.max_length, { windows, packing: training.packing });
  const { longest } = epoch;
  const hidden = size(base, "hidden_size", "dim", "n_embd") || 1;
  const head = hidden * data.labels.length + data.labels.length;
  const frozen = addedBy(program, model.technique, base);
  const trainable = (frozen ?? base.parameters) + head;
  const parameters = base.parameters + head + (frozen ?? 0);
  const perEpoch = updatesPerEpoch(epoch.rows, training);
  const steps = training.steps ?? Math.max(1, Math.round(perEpoch * (training.epochs ?? 1)));
  const mean = epoch.rows > 0 ? epoch.tokens / epoch.rows : 0;
  const perStep = mean * Math.min(training.batch_size * training.accumulate, Math.max(epoch.rows, 1));
  const tokens = training.steps === null ? epoch.tokens * (training.epochs ?? 1) : perStep * steps;
  const layers = size(base, "num_hidden_layers", "n_layers", "n_layer") || 1;
  const heads = size(base, "num_attention_heads", "n_heads", "n_head") || 1;
  const intermediate = size(base, "intermediate_size", "hidden_dim", "n_inner") || 4 * hidden;
  const activations =
    (frozen === null ? 1 : 0.6) *
    4 *
    layers *
    Math.min(training.batch_size, Math.max(epoch.rows, 1)) *
    longest *
    (14 * hidden + 2 * intermediate + 3 * heads * longest);
  const matrices = Object.entries(base.shapes).reduce(
    (sum, [path, shape]) =>
      shape.length === 2 && !/embedding/i.test(path) ? sum + (shape[0] ?? 0) * (shape[1] ?? 0) : sum,
    0,
  );
  const work = tokens * (2 * matrices + 4 * layers * hidden * mean) * (frozen === null ? 3 : 2);
  return {
    parameters,
    trainable,
    rows,
    steps,
    tokens: Math.round(tokens),
    flops: Math.round(work),
    memoryBytes: Math.round(4 * parameters + 12 * trainable + activations + engineBytes),
    seconds: o.flops === null || o.flops <= 0 ? null : Number((work / o.flops).toPrecision(3)),
  };
}

/** Elements that a technique adds to a frozen base, or null where the base itself trains. */
export function addedBy(program: Program, technique: Call, base: BaseFacts): number | null {
  const has = program.registry.find("technique", technique.word)?.capabilities;
  const count = has?.["trainableParameters"];
  if (has?.["saves"] !== "adapter" || typeof count !== "function") return null;
  return (count as (call: Call, shapes: BaseFacts["shapes"]) => number)(technique, base.shapes);
}

/** Texts longer than `max`, by the histogram. */
export function cutRows(split: SplitFacts | undefined, max: number): number {
  const lengths = split?.lengths;
  if (!lengths || lengths.longest <= max) return 0;
  return Math.max(
    1,
    lengths.counts.reduce((sum, count, i) => (i * lengths.step > max ? sum + count : sum), 0),
  );
}
function size(base: BaseFacts, ...names: readonly string[]): number {
  for (const name of names) if (typeof base.config[name] === "number") return base.config[name];
  return 0;
}
