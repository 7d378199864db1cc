/** Computes metrics of predictions from a file, with intervals and by slices, with the same code as `evaluate`. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { parseValue, fillValueDefaults, type ValueParseResult } from "#dsl/compiler/statement/value.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Parameter, Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { LabelCountTable } from "#stdlib/tasks/kind.js";
import type { RowPartition } from "#stdlib/slicings/kind.js";
import { partitionByValues } from "#stdlib/slicings/shared/values.js";
import { loadImplementation } from "../../host/load-implementation.js";
import {
  resampleMetrics,
  intervalMethodsText,
  type MeasuredMetric,
  type MetricScore,
} from "../measuring/comparison.js";
import { measureMetric, metricFilesIn } from "../measuring/measure-metric.js";
import { MIN_SLICE_ROWS, sampledRowNumbers, measureSlice, slicesOf } from "../measuring/slices.js";
import type { AnswersFileColumnReader } from "./answers-file.js";
import {
  parseNumber,
  outcomesOf,
  possibleOutcomeKinds,
  outcomeKindPlurals,
  type AnswersFile,
  type MeasuredOutcomeKind,
} from "./answers.js";

export interface ScoredMetric {
  readonly name: string;
  /** Null if the metric is undefined on these rows. */
  readonly score: MetricScore | null;
  readonly why?: string;
  readonly notes?: readonly string[];
}
export interface ScoredAnswers {
  readonly rows: number;
  readonly metrics: readonly ScoredMetric[];
  readonly methods: string;
  /** How the file and its predictions were interpreted, where another reading was possible. */
  readonly notes: readonly string[];
  /** Counts per label, if the predictions are labels. */
  readonly byLabel?: LabelCountTable;
  /** Scores by slice, one entry per requested slicing. */
  readonly by: readonly {
    readonly by: string;
    /** `metrics` is null if there are too few rows. */
    readonly slices: readonly {
      readonly name: string;
      readonly rows: number;
      readonly metrics: readonly ScoredMetric[] | null;
    }[];
    readonly notes: readonly string[];
  }[];
}

/**
 * `metrics` and `by` use the list syntax of a program, without the brackets. Throws the coded errors `bad-usage`,
 * `metrics-apart`, `average-needed`, …
 */
export async function scoreAnswers(
  answers: AnswersFile & { readonly beside: AnswersFileColumnReader; readonly notes?: readonly string[] },
  { metrics: written, by = "" }: { readonly metrics?: string | undefined; readonly by?: string | undefined },
  registry: Registry,
  { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal },
): Promise<ScoredAnswers> {
  const parameter = keyOf("metrics", registry);
  const calls = written === undefined ? null : listOf<Call>(parseValue(written, parameter, registry), "--metrics");
  const { sort, calls: requestedCalls } = agreed(answers, calls, registry);
  const outcomes = outcomesOf(sort, answers);
  const data = outcomes.labels.length > 0 ? { labels: outcomes.labels } : {};
  const whole = listOf<Call>(fillValueDefaults(requestedCalls, parameter, registry, data), "--metrics");
  const tried = whole.map((call) =>
    measureMetric(registry, call, outcomes, { world: metricFilesIn(folder), judging: { beside: null, signal } }).catch(
      (error: unknown) => {
        // Default metrics that need missing probabilities are skipped.
        if (calls === null && error instanceof CodedError && error.code === "no-probabilities") return null;
        throw error;
      },
    ),
  );
  const measures = (await Promise.all(tried)).filter((one) => one !== null);
  const { rows } = answers;
  const drawn = await resampleMetrics(measures, signal);
  return {
    rows: rows.length,
    metrics: measures.map((measure) => ({
      name: measure.name,
      score: Number.isNaN(measure.value) ? null : mustExist(drawn.get(measure), "its interval").score,
      ...(measure.why !== undefined && { why: measure.why }),
      ...(measure.notes && { notes: measure.notes }),
    })),
    ...(outcomes.byLabel && { byLabel: outcomes.byLabel }),
    notes: [...(answers.notes ?? []), ...doubtsOf(sort, answers, calls !== null)],
    methods: intervalMethodsText(measures.flatMap((measure) => drawn.get(measure) ?? [])),
    by: by === "" ? [] : await slicedBy(partings(by, answers.beside, registry), answers, measures, signal),
  };
}

/** A column, or a call that computes a value per row. */
type Parting = string | Call;

/** `written`: a column of any name, or a list in a program's syntax. Throws coded errors. */
function partings(written: string, { has }: AnswersFileColumnReader, registry: Registry): readonly Parting[] {
  if (has.includes(written)) return [written];
  const parameter = keyOf("by", registry);
  return listOf<Parting>(
    fillValueDefaults(listOf<Parting>(parseValue(written, parameter, registry), "--by"), parameter, registry, {}),
    "--by",
  );
}

async function slicedBy(
  partings: readonly Parting[],
  { rows, beside }: AnswersFile & { readonly beside: AnswersFileColumnReader },
  measures: readonly MeasuredMetric[],
  signal?: AbortSignal,
): Promise<ScoredAnswers["by"]> {
  const looked = sampledRowNumbers(rows.length);
  const slicedScores: ScoredAnswers["by"][number][] = [];
  for (const one of partings) {
    const parted = await partedBy(one, beside, looked);
    if (!parted) continue;
    const { slices } = slicesOf(looked, parted, rows.length);
    const parts = slices.map((slice) =>
      slice.rows.length < MIN_SLICE_ROWS ? null : measureSlice(measures, slice, rows.length),
    );
    const drawn = await resampleMetrics(
      parts.flatMap((partMeasures) => partMeasures ?? []).filter((measure) => measure !== null),
      signal,
    );
    const scored = (partMeasures: readonly (MeasuredMetric | null)[]): readonly ScoredMetric[] =>
      partMeasures.map((measure, m) => ({
        name: measures[m]?.name ?? "",
        score: measure && !Number.isNaN(measure.value) ? mustExist(drawn.get(measure), "its interval").score : null,
      }));
    slicedScores.push({
      by: parted.by,
      slices: slices.map(({ name, rows }, i) => ({
        name,
        rows: rows.length,
        metrics: parts[i] ? scored(parts[i]) : null,
      })),
      notes: parted.notes,
    });
  }
  return slicedScores;
}

async function partedBy(
  one: Parting,
  beside: AnswersFileColumnReader,
  looked: Uint32Array,
): Promise<RowPartition | null> {
  if (typeof one === "string") {
    const values = beside.values(one);
    return partitionByValues(
      one,
      Array.from(looked, (row) => values[row]),
      MIN_SLICE_ROWS,
    );
  }
  const texts = beside.texts();
  const slicing = await loadImplementation({ ...one, kind: "slicing" }, "slicing");
  return slicing.part(one, { count: looked.length, text: (index) => texts[looked[index]!] ?? "" });
}

const keyOf = (name: string, registry: Registry): Parameter =>
  mustExist(
    registry.find("verb", "evaluate")?.parameters.find((one) => one.name === name),
    `\`${name}\` of an evaluation`,
  );

/** Throws a coded error for the first invalid entry. */
function listOf<T>({ value, diagnostics }: ValueParseResult, option: string): readonly T[] {
  const wrong = diagnostics.find(({ severity }) => severity === "error");
  if (wrong) throw new CodedError(wrong.code, wrong.data);
  if (!Array.isArray(value) || value.length === 0)
    throw new CodedError("bad-usage", { message: `\`${option}\` names nothing`, command: "tunebook score" });
  return value as readonly T[];
}

/** Notes on ambiguous readings. `chosen`: whether metrics were named, which decides whether numbers are labels. */
function doubtsOf(sort: MeasuredOutcomeKind, { rows }: AnswersFile, chosen: boolean): readonly string[] {
  const values = rows.flatMap(({ truth, predicted }) => [truth, predicted]);
  const empty = rows.filter(({ truth, predicted }) => truth === "" || predicted === "").length;
  const blank =
    sort === "label" && empty > 0
      ? [`${empty} row${empty === 1 ? "" : "s"} without an answer: an empty one counts as a separate label`]
      : [];
  if (chosen || values.length === 0) return blank;
  const numbers = new Set(values.map(parseNumber));
  if (numbers.has(null)) return blank;
  const few = numbers.size <= FEW_LABELS && [...numbers].every(Number.isInteger);
  if (sort === "number" && few)
    return ['its answers were read as numbers; if they are labels, write `--metrics "accuracy, f1(macro)"`'];
  if (sort === "label" && !few)
    return ['its answers were read as labels; if they are numbers, write `--metrics "mean_absolute_error, r2"`'];
  return blank;
}
/** A small set of distinct integers is often label names. */
const FEW_LABELS = 100;

/** Finds the kind of predictions that the first row may have and all metrics measure. */
function agreed(
  { file, rows, texts }: AnswersFile,
  calls: readonly Call[] | null,
  registry: Registry,
): { readonly sort: MeasuredOutcomeKind; readonly calls: readonly Call[] } {
  const [first] = rows;
  const sorts = first ? possibleOutcomeKinds(first, texts) : (["label"] as const);
  const measures = (call: Call): readonly string[] => measured(call, registry);
  const requested = calls ?? usual(sorts[0] ?? "label", registry);
  const sort = sorts.find((one) => requested.every((call) => measures(call).includes(one)));
  if (sort) return { sort, calls: requested };
  // Finds the metric to report: the first that measures none of these kinds, or not the kind of the one before it.
  const likeliest =
    sorts.find((one) => measures(mustExist(requested[0], "a metric")).includes(one)) ?? sorts[0] ?? "label";
  const odd = mustExist(
    requested.find((call) => !measures(call).includes(likeliest)),
    "a metric that measures something else",
  );
  throw new CodedError("metrics-apart", {
    metric: odd.word,
    measures: measures(odd).map((one) => outcomeKindPlurals[one as MeasuredOutcomeKind] ?? one.replaceAll("_", " ")),
    file,
    answers: outcomeKindPlurals[likeliest],
  });
}

/** Returns the default metrics of tasks with this kind of prediction. */
function usual(sort: MeasuredOutcomeKind, registry: Registry): readonly Call[] {
  if (sort === "label") return defaultMetrics(registry, null, null);
  const tasks = registry.ofKind("task").flatMap(({ capabilities }) => capabilities ?? []);
  const all = tasks.filter(({ measures }) => measures.includes(sort)).flatMap(({ metrics }) => metrics ?? []);
  const calls = all.filter((call) => measured(call, registry).includes(sort));
  return [...new Map(calls.map((call) => [hashOf(call), call])).values()];
}

const measured = (call: Call, registry: Registry): readonly string[] =>
  registry.find("metric", call.word)?.capabilities?.outcomes ?? [];
