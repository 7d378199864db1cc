/** Warnings on what a training learns: truncated texts, a warm-up of all steps, overfitting. */
import { countTextsLongerThan, lengthQuantile } from "../plan/lengths.js";
import { keepsBestWeights } from "../plan/watched-metric.js";
import type { DataFacts, SplitFacts } from "../../language/types/facts.js";
import type { Estimates, RecipePlan } from "../plan/plan.js";
import { warmUpSteps } from "../plan/warm-up.js";
import type { Call, GivenValue, ModelPlan } from "../../language/types/value.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./training-codes.js";

export function checkTruncation(
  program: Program,
  options: {
    readonly model: DefinitionDraft;
    readonly plan: ModelPlan;
    /** Positions of the base available for texts. */
    readonly positions: number;
    readonly split: SplitFacts | undefined;
    /** Whether only a sample of the rows was measured. */
    readonly about: boolean;
    readonly here: Span;
  },
): void {
  const most = options.plan.max_length;
  const { lengths, targets } = options.split ?? {};
  const [read, written] = [countTextsLongerThan(lengths, most), countTextsLongerThan(targets, most)];
  const rows = Math.max(read, written);
  if (rows === 0) return;
  const lengthsRead = written > read ? targets : lengths;
  const [p95, p99] = [lengthQuantile(lengthsRead, 0.95), lengthQuantile(lengthsRead, 0.99)];
  const share = rows / Math.max(1, options.split?.rows ?? 1);
  // So few truncated texts need no action.
  if (share < FEW_CUT && p99 !== null && p99 <= most) return;
  const details = {
    rows,
    share,
    max_length: most,
    ...(options.about && { about: true as const }),
    ...(p95 !== null && p99 !== null && { lengths: { p95, p99, positions: options.positions } }),
  };
  const place = options.model.given.get("max_length")?.span;
  const better = p99 === null ? most : Math.min(p99, options.positions);
  program.reportNear("truncated", details, place, options.here, {
    ...(place && better > most && { fix: { ...replacementFix(place, String(better)), certain: false } }),
  });
}

/** Share of truncated texts below which truncation is not reported. */
const FEW_CUT = 0.0025;

/** Thresholds for unknown tokens: share of all tokens, or of the rows. */
const UNKNOWN = { tokens: 0.01, rows: 0.1 } as const;
/** Tokens per word from which a language is costly, and the minimum ratio to the cheapest language. */
const COSTLY = { perWord: 3, times: 2 } as const;

/** Checks how the base's tokenizer encodes the texts. */
export function checkTokenizerEncoding(
  program: Program,
  options: {
    readonly model: DefinitionDraft;
    readonly plan: ModelPlan;
    readonly facts: DataFacts;
    readonly here: Span;
  },
): void {
  const { reading } = options.facts;
  if (!reading) return;
  const base = options.plan.base;
  const place = options.model.given.get("base")?.span;
  const { rows, tokens, of: totalTokens, some } = reading.unknown;
  if (tokens >= UNKNOWN.tokens * totalTokens || rows >= UNKNOWN.rows * reading.rows)
    program.reportNear(
      "unknown-tokens",
      { base, share: tokens / totalTokens, rows, of: reading.rows, some },
      place,
      options.here,
    );
  const [least] = reading.languages.toSorted((a, b) => a.perWord - b.perWord);
  const [most] = reading.languages.toSorted((a, b) => b.perWord - a.perWord);
  if (!least || !most || most.perWord < COSTLY.perWord) return;
  const other = least === most ? undefined : { language: least.name, perWord: least.perWord };
  if (other && most.perWord < COSTLY.times * other.perWord) return;
  const details = { base, language: most.name, perWord: most.perWord, ...(other && { beside: other }) };
  program.reportNear("costly-language", details, place, options.here);
}

/**
 * For conversations, checks whether any row keeps the token that ends an answer. A row whose answer begins too late
 * keeps its end instead.
 */
export function checkEndTokens(
  program: Program,
  options: {
    readonly model: DefinitionDraft;
    readonly plan: ModelPlan;
    /** Positions of the base available for texts. */
    readonly positions: number;
    readonly data: string;
    readonly split: SplitFacts | undefined;
    readonly here: Span;
  },
): void {
  const { max_length } = options.plan;
  const { soonest, latestStart } = options.split?.stops ?? { soonest: 0, latestStart: 0 };
  if ((soonest !== null && soonest <= max_length) || latestStart > max_length) return;
  const place = (soonest === null ? options.model.given.get("template") : options.model.given.get("max_length"))?.span;
  program.reportNear(
    "stop-not-trained",
    { data: options.data, max_length, soonest, positions: options.positions },
    place,
    options.here,
  );
}

/** Warns if the warm-up takes all steps, so that the written learning rate is never reached. */
export function checkWarmUp(
  program: Program,
  options: {
    readonly technique: Call;
    readonly training: RecipePlan;
    readonly settings: ReadonlyMap<string, GivenValue>;
    readonly steps: number;
    readonly here: Span;
  },
): void {
  const { technique, steps, here } = options;
  // A closed-form technique takes no steps.
  if (program.registry.find("technique", technique.word)?.capabilities?.isExact?.(technique)) return;
  const warmUp = warmUpSteps(program.registry, options.training.schedule, steps);
  if (steps === 0 || warmUp < steps) return;
  const place = ["schedule", "steps", "epochs"].map((key) => options.settings.get(key)?.span).find((span) => span);
  program.reportNear("warm-up-takes-all", { steps, warmUp, reached: (steps - 1) / warmUp }, place ?? here, here);
}

/** Epochs from which rows are likely memorized, and the minimum weights per training token. */
const MANY = { epochs: 10, weights: 10 } as const;

export function checkOverfitting(
  program: Program,
  options: {
    readonly training: RecipePlan;
    readonly estimates: Estimates;
    readonly validation: boolean;
    readonly settings: ReadonlyMap<string, GivenValue>;
    readonly here: Span;
  },
): void {
  const { training, estimates } = options;
  const update = Math.min(training.batch_size * training.accumulate, Math.max(1, estimates.rows));
  const epochs = training.epochs ?? (estimates.steps * update) / Math.max(1, estimates.rows);
  const watched = keepsBestWeights(training) || training.early_stopping !== null;
  const tokens = estimates.tokens / Math.max(1, epochs);
  if (watched || epochs < MANY.epochs || estimates.trainable < MANY.weights * tokens) return;
  const details = { trainable: estimates.trainable, tokens: Math.round(tokens), rows: estimates.rows, epochs };
  program.reportNear(
    "likely-over-fits",
    { ...details, validation: options.validation },
    (options.settings.get("epochs") ?? options.settings.get("steps"))?.span,
    options.here,
  );
}
