/** One model scored on the rows of one split: what it says of them, and the metrics of that. */
import type { Action, Subject } from "#dsl/compiler/plan/action.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import { readerOf, type DataPlan } from "#dsl/language/types/subject.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Scored } from "#stdlib/tasks/kind.js";
import type { MetricWorld, WrittenMetricInput } from "#stdlib/metrics/kind.js";
import type { Measure } from "../inference/measuring/comparison.js";
import type { Judging } from "../inference/measuring/judge-measure.js";
import { measureOf, readsTexts } from "../inference/measuring/measure-metric.js";
import { asked, scoredOf, warmed, type Asked } from "../inference/score-split.js";
import { writeOne, writtenTexts } from "./generated-texts.js";
import { encodeSplit, type Encoded, type Encoding } from "../data/encoding/encoded.js";
import { encodingOf } from "../data/encoding/encoding.js";
import type { Learnt } from "../runs/learnt-rows.js";
import type { Cost } from "../inference/evaluations/cost.js";
import { GREEDY, modelTimed, timesInRounds } from "./latency.js";
import { heldBytes, storedOf } from "./weights.js";
import { readLearntOf } from "../inference/measuring/learnt-overlap.js";
import type { Prepared } from "../data/prepared.js";
import type { FoldScores } from "../display/scores/folds.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { Evaluation } from "../inference/evaluations/evaluation.js";
import type { PartAsked } from "../inference/evaluations/evaluation.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;
/** Whose answers were scored: a model's, with what is kept of what it learnt from (null: nothing), or a contender's. */
export type Scorer =
  | { readonly is: "model"; readonly handle: ModelHandle; readonly learnt: Learnt | null }
  | {
      readonly is: "contender";
      /** It says the same of all rows. */
      readonly constant: boolean;
      /** It learnt from the split `train` of the data that are scored. */
      readonly learns: boolean;
      readonly notes: readonly string[];
    };
export interface Measured {
  readonly by: Scorer;
  readonly cost: Cost;
  readonly prepared: Prepared;
  readonly split: string;
  /** As the rows were made for the model; a contender is scored on those of the model that it stands beside. */
  readonly encoding: Encoding;
  readonly rows: Encoded;
  /** Of folds: the rows of each, which together are `rows`. */
  readonly partsAsked?: readonly PartAsked[];
  /** What was written of the rows; null: no metric reads that. */
  readonly texts: WrittenMetricInput | null;
  readonly scored: Scored;
  readonly measures: readonly Measure[];
  readonly evaluation: Evaluation;
  /** It is several models, each asked of the rows that it didn't see: what each came to. */
  readonly folds?: readonly FoldScores[];
}

/** `groups`: scored so that loss has an interval too; it says the same but for rounding. */
export type How = Pick<Evaluate, "metrics" | "batch_size"> &
  Partial<Pick<Evaluate, "decode" | "max_tokens">> & {
    readonly groups?: boolean;
    readonly world?: MetricWorld;
    readonly judging?: Judging;
    /** Milliseconds of single answers, where they were waited for already. */
    readonly times?: Float64Array | undefined;
  };

export async function evaluateOnce(
  session: OpenSession,
  handle: ModelHandle,
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<Measured> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const one = await askedOf(session, handle, { data: subject.data, split: subject.split ?? "all" }, how, stage);
  const { name } = handle;
  const by = { is: "model", handle, learnt: one.learnt } as const;
  const cost = { ...one.cost, training: secondsOf(handle) };
  return measuredOf(session, { ...one, name, by, cost, on: titleOf(subject), parts: [one] }, how);
}

/** `tickets.test`. */
export function titleOf({ data, split }: Extract<Subject, { readonly data: DataPlan }>): string {
  return split ? `${data.name}.${split}` : data.name;
}

/** Of the training, with all its interruptions; null: there was none, or it doesn't say. */
export function secondsOf({ weights }: ModelHandle): number | null {
  const told = (weights?.events ?? []).flatMap((event) => (event.kind === "stopped" ? [event.seconds] : []));
  return told.length === 0 ? null : told.reduce((sum, seconds) => sum + seconds, 0);
}

/** What a model said of its rows, and what it wrote of them where some metric reads that. */
export interface AskedModel {
  readonly prepared: Prepared;
  readonly split: string;
  readonly encoding: Encoding;
  readonly learnt: Learnt | null;
  readonly rows: Encoded;
  readonly said: Asked;
  readonly texts: WrittenMetricInput | null;
  readonly cost: Cost;
  /** Milliseconds of answers that were asked one at a time; null: no metric wants them. */
  readonly times: Float64Array | null;
}

/** Whether single answers are waited for. */
export function isTimed({ vocabulary: { registry } }: OpenSession, { metrics }: Pick<How, "metrics">): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.of.includes("time"));
}

/** Whether some metric asks what the model takes in memory. */
function isWeighed({ vocabulary: { registry } }: OpenSession, { metrics }: Pick<How, "metrics">): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.of.includes("cost"));
}

export async function askedOf(
  session: OpenSession,
  handle: ModelHandle,
  { data, split }: { readonly data: DataPlan; readonly split: string },
  how: How,
  stage: Stage,
): Promise<AskedModel> {
  const { plan, labels, packed, open, base, tokenizer } = await session.weights.askable(
    handle,
    data,
    stage.hostContext,
  );
  const { model } = plan.recipe;
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const { groups = false, decode = GREEDY, max_tokens } = how;
  const { registry } = session.vocabulary;
  const counts = how.metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.countsBytes);
  const writing = { decode, max_tokens: max_tokens ?? model.max_length, stop: [], batch_size: how.batch_size };
  const reads = writesText(model) && (await Promise.all(how.metrics.map(readsTexts))).includes(true);
  const options = {
    batchSize: how.batch_size,
    padId: tokenizer.padId,
    ...(stage.signal ? { signal: stage.signal } : {}),
  };
  await warmed(open.session, rows, encoding, options);
  if (reads) await writeOne(session, handle, { prepared, split }, writing, stage);
  const begun = performance.now();
  const said = await asked(open.session, rows, encoding, {
    ...options,
    packed,
    groups,
    ...(counts && { spelt: (ids: Int32Array) => tokenizer.decode(ids) }),
    onRows: (done, total) => stage.hostContext.onProgress?.({ label: `rows scored by ${handle.name}`, done, total }),
  });
  const texts = reads ? await writtenTexts(session, handle, { prepared, split }, writing, stage) : null;
  const asking = (performance.now() - begun) / 1000;
  const learnt = readLearntOf(handle, base, stage.hostContext.folder);
  const of = { handle, plan, labels, open, base, home: stage.hostContext.folder };
  const held = isWeighed(session, how) ? await heldBytes(of, rows.lengths) : null;
  const tokens = rows.lengths.reduce((sum, length) => sum + length, 0);
  const cost = { training: null, asking, tokens, bytes: await storedOf(of), held };
  const part = { prepared, split, rows };
  const timed = async (): Promise<Float64Array | null> =>
    (await timesInRounds([modelTimed(session, handle, part, writing, stage)], stage))[0] ?? null;
  const times = isTimed(session, how) ? (how.times ?? (await timed())) : null;
  return { prepared, split, encoding, learnt, rows, said, texts, cost, times };
}

/** The metrics of what was said of `rows`: those of all parts, one part's behind the other's. */
export async function measuredOf(
  session: OpenSession,
  o: Omit<Measured, "texts" | "scored" | "measures" | "evaluation"> & {
    readonly name: string;
    readonly on: string;
    readonly parts: readonly Pick<AskedModel, "said" | "texts" | "times">[];
    /** Thresholds of a contender; those of a model are in its handle. */
    readonly fitted?: Fitted | null;
  },
  how: How,
): Promise<Measured> {
  const { name, by, cost, prepared, split, encoding, rows, on, parts, folds, partsAsked } = o;
  const scored = scoredOf(
    parts.map(({ said }) => said),
    rows,
    encoding,
    { ...how, fitted: by.is === "model" ? by.handle.fitted : (o.fitted ?? null) },
  );
  const texts = joined(parts.flatMap(({ texts }) => texts ?? []));
  const times = parts.some((part) => part.times)
    ? Float64Array.from(parts.flatMap((part) => [...(part.times ?? [])]))
    : null;
  const measures: Measure[] = [];
  for (const call of how.metrics) {
    const { world, judging } = how;
    measures.push(
      await measureOf(session.vocabulary.registry, call, scored, {
        texts: (await readsTexts(call)) ? texts : null,
        times,
        cost: { stored: o.cost.bytes, held: o.cost.held },
        ...(world && { world }),
        ...(judging && { judging }),
      }),
    );
  }
  const { confusion, labels } = scored;
  const metrics = Object.fromEntries(measures.map(({ name, value }) => [name, value]));
  return {
    by,
    cost,
    prepared,
    split,
    encoding,
    rows,
    texts,
    scored,
    measures,
    ...(folds && { folds }),
    ...(partsAsked && { partsAsked }),
    evaluation: { model: name, on, rows: rows.count, metrics, labels, confusion },
  };
}

function joined(texts: readonly WrittenMetricInput[]): WrittenMetricInput | null {
  if (texts.length === 0) return null;
  const asked = texts.flatMap((part) => part.asked ?? []);
  const written = texts.flatMap((part) => part.written);
  return {
    written,
    targets: texts.flatMap(({ targets }) => targets),
    ...(asked.length === written.length && { asked }),
  };
}
