/** Warnings of what a training would teach: texts that are cut, weights that learn their rows by heart. */
import { cutRows, quantile } from "../plan/lengths.js";
import { keepsBest } from "../plan/watched-metric.js";
import type { DataFacts, SplitFacts } from "../../language/types/facts.js";
import type { Estimates } from "../plan/plan.js";
import type { RecipePlan } from "../plan/recipe.js";
import type { ModelPlan } from "../../language/types/subject.js";
import type { Draft, Program } from "../plan/program.js";
import type { Given } from "../../language/types/given-value.js";
import { replace } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./training-codes.js";

export function checkTruncation(
  program: Program,
  o: {
    readonly model: Draft;
    readonly plan: ModelPlan;
    /** Positions of the base that texts may take. */
    readonly positions: number;
    readonly split: SplitFacts | undefined;
    /** Whether a part of the rows was looked at. */
    readonly about: boolean;
    readonly here: Span;
  },
): void {
  const most = o.plan.max_length;
  const { lengths, targets } = o.split ?? {};
  const [read, written] = [cutRows(lengths, most), cutRows(targets, most)];
  const rows = Math.max(read, written);
  if (rows === 0) return;
  const of = written > read ? targets : lengths;
  const [p95, p99] = [quantile(of, 0.95), quantile(of, 0.99)];
  const share = rows / Math.max(1, o.split?.rows ?? 1);
  // There is nothing to be done about so few.
  if (share < FEW_CUT && p99 !== null && p99 <= most) return;
  const told = {
    rows,
    share,
    max_length: most,
    ...(o.about && { about: true as const }),
    ...(p95 !== null && p99 !== null && { lengths: { p95, p99, positions: o.positions } }),
  };
  const place = o.model.given.get("max_length")?.span;
  const better = p99 === null ? most : Math.min(p99, o.positions);
  program.reportNear("truncated", told, place, o.here, {
    ...(place && better > most && { fix: { ...replace(place, String(better)), certain: false } }),
  });
}

/** Share of texts below which it says nothing that they are cut. */
const FEW_CUT = 0.0025;

/** Tokens that stand for what has none: share of all, or of the rows. */
const UNKNOWN = { tokens: 0.01, rows: 0.1 } as const;
/** Tokens a word from which on a language is spelt rather than read, and how many times another's. */
const COSTLY = { perWord: 3, times: 2 } as const;

/** What the base's tokenizer makes of the texts. */
export function checkReading(
  program: Program,
  o: { readonly model: Draft; readonly plan: ModelPlan; readonly facts: DataFacts; readonly here: Span },
): void {
  const { reading } = o.facts;
  if (!reading) return;
  const base = o.plan.base;
  const place = o.model.given.get("base")?.span;
  const { rows, tokens, of, some } = reading.unknown;
  if (tokens >= UNKNOWN.tokens * of || rows >= UNKNOWN.rows * reading.rows)
    program.reportNear("unknown-tokens", { base, share: tokens / of, rows, of: reading.rows, some }, place, o.here);
  const [least] = reading.languages.toSorted((a, b) => a.perWord - b.perWord);
  const [most] = reading.languages.toSorted((a, b) => b.perWord - a.perWord);
  if (!least || !most || most.perWord < COSTLY.perWord) return;
  const other = least === most ? undefined : { language: least.name, perWord: least.perWord };
  if (other && most.perWord < COSTLY.times * other.perWord) return;
  const told = { base, language: most.name, perWord: most.perWord, ...(other && { beside: other }) };
  program.reportNear("costly-language", told, place, o.here);
}

/** Of conversations: whether any row keeps the token that ends an answer. One whose answer begins too late keeps its end. */
export function checkStops(
  program: Program,
  o: {
    readonly model: Draft;
    readonly plan: ModelPlan;
    /** Positions of the base that texts may take. */
    readonly positions: number;
    readonly data: string;
    readonly split: SplitFacts | undefined;
    readonly here: Span;
  },
): void {
  const { max_length } = o.plan;
  const { soonest, latestStart } = o.split?.stops ?? { soonest: 0, latestStart: 0 };
  if ((soonest !== null && soonest <= max_length) || latestStart > max_length) return;
  const place = (soonest === null ? o.model.given.get("template") : o.model.given.get("max_length"))?.span;
  program.reportNear("stop-not-trained", { data: o.data, max_length, soonest, positions: o.positions }, place, o.here);
}

/** Epochs from which on the rows are known by heart, and weights for each token of them. */
const MANY = { epochs: 10, weights: 10 } as const;

export function checkOverFitting(
  program: Program,
  o: {
    readonly training: RecipePlan;
    readonly estimates: Estimates;
    readonly validation: boolean;
    readonly settings: ReadonlyMap<string, Given>;
    readonly here: Span;
  },
): void {
  const { training, estimates } = o;
  const update = Math.min(training.batch_size * training.accumulate, Math.max(1, estimates.rows));
  const epochs = training.epochs ?? (estimates.steps * update) / Math.max(1, estimates.rows);
  const watched = keepsBest(training) || training.early_stopping !== null;
  const tokens = estimates.tokens / Math.max(1, epochs);
  if (watched || epochs < MANY.epochs || estimates.trainable < MANY.weights * tokens) return;
  const told = { trainable: estimates.trainable, tokens: Math.round(tokens), rows: estimates.rows, epochs };
  program.reportNear(
    "likely-over-fits",
    { ...told, validation: o.validation },
    (o.settings.get("epochs") ?? o.settings.get("steps"))?.span,
    o.here,
  );
}
