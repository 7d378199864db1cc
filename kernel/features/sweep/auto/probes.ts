/**
 * What is had on the validation rows without a training: baselines, and each base frozen. They say what a model must beat, and
 * which base is worth its time.
 */
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Contestant, Left } from "../../../study/auto/auto.js";
import { drawAll, type Drawn } from "../../../inference/measuring/comparison.js";
import { besidePlan } from "../../../evaluation/beside-plan.js";
import { evaluateContender, type Beside } from "../../../evaluation/baseline.js";
import { evaluateOnce, type Measured } from "../../../evaluation/evaluate-once.js";
import { heldTo, sameCall } from "../../../evaluation/required-scores.js";
import { warningsOn } from "../../../session/warnings.js";
import { howOf, type AroundAuto } from "./auto-context.js";
import type { Able } from "./initial-facts.js";

export const SPLIT = "validation";

/** What was scored, and its draws for paired differences. */
export interface Probed {
  readonly contestant: Contestant;
  readonly drawn: Drawn;
}

/** `until`: what isn't done by then (as `performance.now()` tells it) is passed over; the constant answer costs nothing. */
export async function probes(
  around: AroundAuto,
  able: readonly Able[],
  until: number,
): Promise<{ readonly probed: readonly Probed[]; readonly left: readonly Left[] }> {
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

async function probesUntil(around: AroundAuto, able: readonly [Able, ...Able[]], late: AbortSignal) {
  const probed: Probed[] = [];
  const left: Left[] = [];
  const { stage } = around;
  const hurried = {
    ...around,
    stage: { ...stage, signal: stage.signal ? AbortSignal.any([stage.signal, late]) : late },
  };
  const attempt = async (what: string, ask: () => Promise<Probed | { readonly why: string }>): Promise<void> => {
    stage.signal?.throwIfAborted();
    const found = await ask().catch((error: unknown) => ({ why: late.aborted ? LATE : whyOf(error, around) }));
    stage.signal?.throwIfAborted();
    if ("why" in found) left.push({ what, why: found.why });
    else probed.push(found);
  };
  const besideOf = ({ plan, looked: { name } }: Able): Promise<Beside> =>
    besidePlan(around.session, { plan, split: SPLIT, name }, stage);
  const [first] = able;
  const words = await besideOf(first);
  const baseline = (of: string, within: AroundAuto): Promise<void> => {
    const name = `baseline(${of})`;
    return attempt(name, () => contender(within, words, { name, of, kind: "baseline" }));
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
        : contender(hurried, beside, { name, of: "probe", kind: "frozen", base });
    });
  }
  return { probed, left };
}
const LATE = "it wasn't done in the third of the budget that looking may take";

async function contender(
  around: AroundAuto,
  beside: Beside,
  o: { readonly name: string; readonly of: string; readonly kind: Contestant["kind"]; readonly base?: string },
): Promise<Probed | { readonly why: string }> {
  const { session, stage, action } = around;
  const { registry } = session.vocabulary;
  const { task, data } = action.auto;
  const call: Call = { word: "baseline", kind: "contender", arguments: { of: o.of } };
  const has = registry.find("task", task.word)?.capabilities;
  const refusal = registry
    .find("contender", call.word)
    ?.capabilities?.refuses(call, { task, has, roles: Object.keys(data.columns) });
  if (refusal) return { why: refusal.why };
  const standing = {
    name: o.name,
    beside,
    warn: warningsOn(stage, action.span),
    contender: { call, folder: data.folder },
  };
  const subject = { data, split: SPLIT };
  return drawnOf(around, await evaluateContender(session, standing, subject, howOf(around), stage), o);
}

/** Whether bases do the task as they are. */
function asItIs({ session, action }: AroundAuto): boolean {
  return session.vocabulary.registry.find("task", action.auto.task.word)?.capabilities?.untrained === true;
}
async function frozen(around: AroundAuto, { plan, looked }: Able, _beside: Beside, name: string): Promise<Probed> {
  const { session, stage, action } = around;
  const handle = session.models.unnamed(plan.recipe.model, name);
  const subject = { data: action.auto.data, split: SPLIT };
  const measured = await evaluateOnce(session, handle, subject, howOf(around), stage);
  return drawnOf(around, measured, { name, kind: "frozen", base: looked.name });
}

/** By the first goal. */
export async function drawnOf(
  { session, stage, action: { auto } }: AroundAuto,
  { measures, cost, evaluation, by }: Measured,
  o: { readonly name: string; readonly kind: Contestant["kind"]; readonly base?: string; readonly number?: number },
): Promise<Probed> {
  const [measure] = measures;
  if (!measure) throw new Error("nothing was measured");
  const drawn = (await drawAll([measure], stage.signal)).get(measure);
  if (!drawn) throw new Error(`${measure.name} was not drawn`);
  const { interval } = drawn.score;
  const { registry } = session.vocabulary;
  const missed = heldTo(
    auto.require ?? [],
    (metric) => {
      const own = measures.find(sameCall(metric));
      return { score: { value: own?.value ?? Number.NaN, interval: null }, why: own?.why };
    },
    registry,
  ).filter(({ cleared }) => !cleared);
  const contestant = {
    name: o.name,
    kind: o.kind,
    ...(o.base !== undefined && { base: o.base }),
    ...(o.number !== undefined && { number: o.number }),
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

/** What keeps one contender away; an interrupt keeps all. */
function whyOf(error: unknown, { stage }: AroundAuto): string {
  if (!(error instanceof CodedError) || stage.signal?.aborted) throw error;
  return wordsFor(error).message;
}
