/**
 * What stands beside a model, asked of the rows that the model was asked of: a contender's own answers, or those of a base as
 * it was before its training.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { ContenderCapabilities } from "#dsl/language/types/capabilities/scoring.js";
import type { Contender, Subject } from "#dsl/compiler/plan/action.js";
import { readerOf, type ModelPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import type { WrittenMetricInput } from "#stdlib/metrics/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type { Choosing, ContenderImplementation, ContenderRows, ContenderSaid } from "#stdlib/contenders/kind.js";
import { valuesOf, type Part } from "../runs/part.js";
import { splitNamesOf } from "../data/prepared.js";
import { encodeSplit, type Encoded, type Encoding } from "../data/encoding/encoded.js";
import { measureOf } from "../inference/measuring/measure-metric.js";
import { isOurs, sameLabels } from "../bases/programs.js";
import { does } from "../host/load-implementation.js";
import { toldFitted } from "../inference/fitted-calibration.js";
import { scoredOf, type Asked } from "../inference/score-split.js";
import { wantedOf } from "../inference/reference-texts.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { Warn } from "../session/warnings.js";
import { baseVectors } from "./base-vectors.js";
import { decisionsOf, measuredBy } from "./calibrate.js";
import { askAll } from "./predict-all.js";
import { timesOf } from "./latency.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import { evaluateOnce, isTimed, measuredOf, type How, type Measured } from "./evaluate-once.js";
import { type PartAsked } from "../inference/evaluations/evaluation.js";
import { together, type Cost } from "../inference/evaluations/cost.js";

/** A model's rows as they are made for it. It need not have been asked, nor trained. */
export type Beside = Pick<Measured, "by" | "prepared" | "split" | "encoding" | "rows" | "partsAsked"> & {
  readonly evaluation: Pick<Measured["evaluation"], "on">;
};
/** A contender by the name that it has in tables, and the model that it stands beside. */
export interface Standing {
  readonly name: string;
  readonly contender: Contender;
  readonly beside: Beside;
  readonly warn: Warn;
}
type BaseOf = Extract<Contender, { readonly baseOf: unknown }>;

export async function evaluateContender(
  session: OpenSession,
  { name, contender, beside, warn }: Standing,
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<Measured> {
  const call = "call" in contender ? contender.call : await probeOf(session, contender, beside, stage);
  if ("baseOf" in contender && !call) return evaluateBase(session, name, contender.baseOf, subject, how, stage);
  const asks = { ...must(call, "a contender's call"), kind: "contender" } as const;
  const implementation = await does(asks, "contender");
  const parts = beside.partsAsked ?? [beside];
  const asked: AskedContender[] = [];
  const has = capabilitiesOf(session, asks);
  const standing = { name, contender, beside, warn, call: asks, implementation };
  // One for each part: what was chosen for it is remembered.
  const choosing = parts.map((part) => (has.learns(asks) ? choosingFor(session, part, beside.encoding, how) : null));
  for (const [i, part] of parts.entries())
    asked.push(await askedPart(session, { ...standing, choosing: choosing[i] ?? null }, part, how, stage));
  const fitted = await thresholdsFor(session, { ...standing, choosing: choosing[0] ?? null }, how, stage);
  const costs = asked.map(({ cost }) => cost);
  const trained = costs.flatMap(({ training }) => training ?? []);
  const cost = {
    ...together(costs),
    training: trained.length === 0 ? null : trained.reduce((sum, seconds) => sum + seconds, 0),
  };
  const notes = [
    ...new Set(asked.flatMap((one) => one.notes)),
    ...(fitted ? [`${toldFitted(fitted)}, fitted to validation by f1`] : []),
  ];
  const { prepared, split, encoding, rows, evaluation } = beside;
  const constant = has.constant?.(asks) === true;
  const by = { is: "contender", constant, learns: has.learns(asks), notes } as const;
  return measuredOf(
    session,
    { by, cost, name, prepared, split, encoding, rows, on: evaluation.on, parts: asked, fitted },
    how,
  );
}

/** The base of a model, by its own head or as it writes. */
async function evaluateBase(
  session: OpenSession,
  name: string,
  model: string,
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<Measured> {
  const handle = session.models.unnamed(planOf(session.models.get(model)), name);
  const measured = await evaluateOnce(session, handle, subject, how, stage);
  return { ...measured, by: { is: "contender", constant: false, learns: false, notes: [] } };
}

function capabilitiesOf({ vocabulary }: OpenSession, { word }: Call): ContenderCapabilities {
  return must(vocabulary.registry.find("contender", word)?.capabilities, `what ${word} says of itself`);
}

type AskedStanding = Standing & {
  readonly call: Call;
  readonly implementation: ContenderImplementation;
  readonly choosing: Choosing | null;
};
interface AskedContender {
  readonly said: Asked;
  readonly texts: WrittenMetricInput | null;
  readonly cost: Cost;
  readonly notes: readonly string[];
  readonly times: Float64Array | null;
}

async function askedPart(
  session: OpenSession,
  { name, contender, call, beside: { encoding, by }, warn, implementation, choosing }: AskedStanding,
  part: PartAsked,
  how: How,
  stage: Stage,
): Promise<AskedContender> {
  const { rows } = part;
  const { folder } = contender;
  const { signal, hostContext } = stage;
  const { registry } = session.vocabulary;
  const has = capabilitiesOf(session, call);
  const writing = how.decode &&
    by.is === "model" && { decode: how.decode, max_tokens: how.max_tokens ?? by.handle.plan.max_length };
  const ready = await implementation.ready({
    call,
    task: encoding.task,
    warn,
    has: registry.find("task", encoding.task.call.word)?.capabilities,
    labels: rows.asked.labels,
    batchSize: how.batch_size,
    train: has.learns(call) ? learntFrom(part, name) : null,
    choosing,
    rows: { ...rowsIn(part), asked: rows.asked, texts: (rows.apart?.().of.length ?? rows.count) / rows.count },
    writing: writing || null,
    host: {
      folder,
      prompted: (base, o) => session.weights.prompted(base, hostContext, { ...o, folder }),
      vectors: () => baseVectors(session, { model: modelProbed(session, contender, by), contender: name }, stage),
    },
    ...(signal && { signal }),
    onProgress: (label, done, total) => hostContext.onProgress?.({ label: `${label} by ${name}`, done, total }),
  });
  try {
    const writes = by.is === "model" && writesText(by.handle.plan);
    // Texts take so long that their beginning is little beside them, and one more would take another course of chance.
    const { all, asking } = await askAll(ready, rows.count, { warm: !writes });
    const took = { asking, tokens: all.tokens ?? null };
    const cost = { training: ready.learntIn ?? null, ...took, bytes: ready.bytes ?? null, held: null };
    const times = isTimed(session, how)
      ? await timesOf(rows.count, { writes, stage, name }, (row) => ready.ask(Uint32Array.of(row)))
      : null;
    return { ...answered(all, part, encoding), cost, times, notes: [...(ready.notes ?? []), ...(all.notes ?? [])] };
  } finally {
    await ready.dispose?.();
  }
}

/** The call that puts a head on a base which has none for the labels of the model that it stands beside; null: it has one. */
async function probeOf(
  session: OpenSession,
  { baseOf, probe }: BaseOf,
  { encoding: { labels } }: Beside,
  { hostContext }: Stage,
): Promise<Call | null> {
  if (!probe) return null;
  const plan = planOf(session.models.get(baseOf));
  if (plan.trained || isOurs(plan)) return probe;
  const { facts } = await session.datasets.base(readerOf(plan), hostContext);
  const own = facts.heads?.[plan.task.word];
  return own && sameLabels(own, labels) ? null : probe;
}

/** The model whose base is read: the one that is named, or the one that the contender stands beside. */
function modelProbed({ models }: OpenSession, contender: Contender, by: Measured["by"]): ModelPlan {
  const beside = by.is === "model" ? by.handle : null;
  return planOf("baseOf" in contender ? models.get(contender.baseOf) : must(beside, "a model"));
}
const planOf = ({ weights, plan }: ModelHandle): ModelPlan => weights?.plan.recipe.model ?? plan;

/** As what a model says or writes is scored. */
function answered(
  all: ContenderSaid,
  { prepared, split }: PartAsked,
  { task }: Pick<Measured["encoding"], "task">,
): Pick<AskedContender, "said" | "texts"> {
  if ("said" in all) return { said: { said: all.said }, texts: null };
  const { written } = all;
  if (task.implementation.answers?.scoreWritten) return { said: { written }, texts: null };
  return { said: { groups: [] }, texts: { written: all.written, ...wantedOf(prepared, split) } };
}

/** The contender's thresholds; null if the model has none, or there is no validation split. */
async function thresholdsFor(
  session: OpenSession,
  standing: AskedStanding,
  how: How,
  stage: Stage,
): Promise<Fitted | null> {
  const { by, prepared, split, encoding } = standing.beside;
  // What learns nothing (a prompt) takes long to ask again, and its shares are no better for it.
  if (!capabilitiesOf(session, standing.call).learns(standing.call)) return null;
  if (by.is !== "model" || !by.handle.fitted?.thresholds) return null;
  if (split === "validation" || !splitNamesOf(prepared).includes("validation")) return null;
  const rows = await encodeSplit(prepared, { data: prepared.name, split: "validation" }, encoding);
  // Answers are not timed here.
  const untimed = { ...how, metrics: [] };
  const { said } = await askedPart(session, standing, { prepared, split: "validation", rows }, untimed, stage);
  return contenderThresholds(said, rows, encoding.labels);
}

/** Null: no metric reads predictions of rows (only times, costs or written texts are measured). */
function choosingFor(
  session: OpenSession,
  { prepared, split }: PartAsked,
  encoding: Encoding,
  how: How,
): Choosing | null {
  const { registry } = session.vocabulary;
  const call = how.metrics.find((one) => {
    const { of = [], better = "none" } = registry.find("metric", one.word)?.capabilities ?? {};
    return better !== "none" && !of.includes("time") && !of.includes("cost") && !of.includes("written");
  });
  const has = splitNamesOf(prepared);
  // Settings are never chosen on the rows that are scored.
  const from = has.includes("validation") && split !== "validation" ? "validation" : "train";
  if (!call || !has.includes(from) || !encoding.task.implementation.answers?.score) return null;
  const rows = rowsIn({ prepared, split: from });
  let encoded: Promise<Encoded> | null = null;
  return {
    from,
    rows,
    metric: metricName(call, registry),
    async score(said) {
      encoded ??= encodeSplit(prepared, { data: prepared.name, split: from }, encoding);
      const scored = scoredOf([{ said }], await encoded, encoding, {});
      const { value, better } = await measureOf(registry, call, scored);
      return better === "greater" ? value : -value;
    },
  };
}

/** Coded error `no-rows-to-learn`. */
function learntFrom({ prepared }: PartAsked, contender: string): ContenderRows {
  const has = splitNamesOf(prepared);
  if (!has.includes("train")) throw new CodedError("no-rows-to-learn", { contender, data: prepared.name, has });
  return rowsIn({ prepared, split: "train" });
}

function rowsIn(part: Part): ContenderRows {
  const { prepared, split } = part;
  const count = prepared.streamed?.[split]?.rows ?? prepared.splits[split]?.numRows() ?? 0;
  return { count, values: (role) => valuesOf(part, role) };
}

/** Null: no threshold is better than another. */
async function contenderThresholds(said: Asked, rows: Encoded, labels: readonly string[]): Promise<Fitted | null> {
  if (!("said" in said) || !rows.taught) return null;
  const decisions = decisionsOf(said, rows.taught, labels);
  const f1: Call = { word: "f1", kind: "metric", arguments: { average: "macro", of: null } };
  const by = measuredBy(f1, decisions, null);
  const call: Call = { word: "threshold", kind: "calibration", arguments: { metric: by, of: null } };
  const metric = await does({ ...by, kind: "metric" }, "metric");
  const found = (await does({ ...call, kind: "calibration" }, "calibration")).fit(call, decisions, {
    before: {},
    metric,
  });
  return typeof found === "string" ? null : found;
}
