/**
 * Scores on the validation rows without training: baselines, and each base frozen. They give the score that a model
 * must beat, and show which base is worth its time.
 */
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ScoredCandidate, SkippedCandidate } from "../../../study/auto/auto.js";
import { resampleMetrics, type ResampledScore } from "../../../inference/measuring/comparison.js";
import { baselineContextOf } from "../../../evaluation/baseline-rows.js";
import { evaluateBaseline } from "../../../evaluation/baseline.js";
import type { BaselineContext } from "../../../evaluation/baseline-predictions.js";
import { evaluateModel, type MeasuredModel } from "../../../evaluation/evaluate-once.js";
import { checkThresholds, metricMatcherOfCall } from "../../../evaluation/required-scores.js";
import { warnerAt } from "../../../session/execution-context.js";
import { autoEvaluationSettings, type AutoContext } from "./auto-context.js";
import type { UsableBase } from "./initial-facts.js";

export const PROBE_SPLIT = "validation";

/** Scores, and their bootstrap samples for paired differences. */
export interface ScoredContestant {
  readonly contestant: ScoredCandidate;
  readonly drawn: ResampledScore;
}

/** `until`: skips what isn't done by this time (of `performance.now()`); the constant baseline costs nothing. */
export async function runProbes(
  around: AutoContext,
  able: readonly UsableBase[],
  until: number,
): Promise<{ readonly probed: readonly ScoredContestant[]; readonly left: readonly SkippedCandidate[] }> {
  const [first] = able;
  if (!first) return { probed: [], left: [] };
  const late = new AbortController();
  const timer = setTimeout(
    () => {
      late.abort();
    },
    Math.max(0, until - performance.now()),
  );
  try {
    return await probesUntil(around, [first, ...able.slice(1)], late.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function probesUntil(around: AutoContext, able: readonly [UsableBase, ...UsableBase[]], late: AbortSignal) {
  const probed: ScoredContestant[] = [];
  const left: SkippedCandidate[] = [];
  const { stage: context } = around;
  const hurried = {
    ...around,
    stage: { ...context, signal: context.signal ? AbortSignal.any([context.signal, late]) : late },
  };
  const attempt = async (
    what: string,
    ask: () => Promise<ScoredContestant | { readonly why: string }>,
  ): Promise<void> => {
    context.signal?.throwIfAborted();
    const found = await ask().catch((error: unknown) => ({ why: late.aborted ? LATE : whyOf(error, around) }));
    context.signal?.throwIfAborted();
    if ("why" in found) left.push({ what, why: found.why });
    else probed.push(found);
  };
  const besideOf = ({ plan, looked: { name } }: UsableBase): Promise<BaselineContext> =>
    baselineContextOf(around.session, { plan, split: PROBE_SPLIT, name }, context);
  const [first] = able;
  const words = await besideOf(first);
  const baseline = (baselineWord: string, within: AutoContext): Promise<void> => {
    const name = `baseline(${baselineWord})`;
    return attempt(name, () => contender(within, words, { name, baselineWord, kind: "baseline" }));
  };
  await baseline("majority", around);
  await baseline("tfidf", hurried);
  for (const one of able) {
    const { name: base } = one.looked;
    const name = `${base}, frozen`;
    await attempt(name, async () => {
      late.throwIfAborted();
      const beside = one === first ? words : await besideOf(one);
      return asItIs(around)
        ? frozen(hurried, one, beside, name)
        : contender(hurried, beside, { name, baselineWord: "probe", kind: "frozen", base });
    });
  }
  return { probed, left };
}
const LATE = "it did not finish in the third of the budget reserved for probes";

async function contender(
  around: AutoContext,
  beside: BaselineContext,
  options: {
    readonly name: string;
    readonly baselineWord: string;
    readonly kind: ScoredCandidate["kind"];
    readonly base?: string;
  },
): Promise<ScoredContestant | { readonly why: string }> {
  const { session, stage: context, action } = around;
  const { registry } = session.vocabulary;
  const { task, data } = action.auto;
  const call: Call = { word: "baseline", kind: "contender", arguments: { of: options.baselineWord } };
  const has = registry.find("task", task.word)?.capabilities;
  const refusal = registry
    .find("contender", call.word)
    ?.capabilities?.refusal(call, { task, taskCapabilities: has, roles: Object.keys(data.columns) });
  if (refusal) return { why: refusal.why };
  const standing = {
    name: options.name,
    beside,
    warn: warnerAt(context, action.span),
    contender: { call, folder: data.folder },
  };
  const subject = { data, split: PROBE_SPLIT };
  return scoredContestantOf(
    around,
    await evaluateBaseline(session, standing, subject, autoEvaluationSettings(around), context),
    options,
  );
}

/** Whether bases can do the task without training. */
function asItIs({ session, action }: AutoContext): boolean {
  return session.vocabulary.registry.find("task", action.auto.task.word)?.capabilities?.worksUntrained === true;
}
async function frozen(
  around: AutoContext,
  { plan, looked }: UsableBase,
  _beside: BaselineContext,
  name: string,
): Promise<ScoredContestant> {
  const { session, stage: context, action } = around;
  const handle = session.models.unnamed(plan.recipe.model, name);
  const subject = { data: action.auto.data, split: PROBE_SPLIT };
  const measured = await evaluateModel(session, handle, subject, autoEvaluationSettings(around), context);
  return scoredContestantOf(around, measured, { name, kind: "frozen", base: looked.name });
}

/** Scored by the first goal. */
export async function scoredContestantOf(
  { session, stage: context, action: { auto } }: AutoContext,
  { measures, cost, evaluation, by }: MeasuredModel,
  options: {
    readonly name: string;
    readonly kind: ScoredCandidate["kind"];
    readonly base?: string;
    readonly number?: number;
  },
): Promise<ScoredContestant> {
  const [measure] = measures;
  if (!measure) throw new Error("nothing was measured");
  const drawn = (await resampleMetrics([measure], context.signal)).get(measure);
  if (!drawn) throw new Error(`${measure.name} was not drawn`);
  const { interval } = drawn.score;
  const { registry } = session.vocabulary;
  const missed = checkThresholds(
    auto.require ?? [],
    (metric) => {
      const scoredMeasure = measures.find(metricMatcherOfCall(metric));
      return { score: { value: scoredMeasure?.value ?? Number.NaN, interval: null }, why: scoredMeasure?.why };
    },
    registry,
  ).filter(({ cleared }) => !cleared);
  const contestant = {
    name: options.name,
    kind: options.kind,
    ...(options.base !== undefined && { base: options.base }),
    ...(options.number !== undefined && { number: options.number }),
    score: measure.value,
    seconds: cost.training ?? 0,
    bytes: cost.bytes,
    ...(by.is === "contender" && by.constant && { constant: true as const }),
    ...(interval && { low: interval.low, high: interval.high }),
    ...(missed.length > 0 && { misses: missed.map(({ bar, is }) => `${bar}, and it is ${is}`) }),
    latency: (1000 * cost.asking) / Math.max(1, evaluation.rows),
  };
  return { contestant, drawn };
}

/** Why one baseline is left out; an interrupt is thrown. */
function whyOf(error: unknown, { stage: context }: AutoContext): string {
  if (!(error instanceof CodedError) || context.signal?.aborted) throw error;
  return diagnosticText(error).message;
}
