/**
 * Scores of slices of the rows, next to those of all rows: by the requested columns (`by`), and by the detected
 * language of each row if there are several.
 */
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RowPartition } from "#stdlib/slicings/kind.js";
import { partitionByValues } from "#stdlib/slicings/shared/values.js";
import { streamedColumn } from "../data/rows/streamed-rows.js";
import { sourceNameOfSplit } from "../data/row/row.js";
import type { SliceDifference, SlicesReport } from "../display/scores/slices.js";
import { groupedNumber } from "../host/value-text.js";
import { loadImplementation } from "../host/load-implementation.js";
import { resampleMetrics, intervalMethodsText } from "../inference/measuring/comparison.js";
import { largestScoreDifference, type ScoreDifferenceOfParts } from "../inference/measuring/part-differences.js";
import type { SliceScores } from "../runs/history/run-scores.js";
import {
  MIN_SLICE_ROWS,
  sampledRowNumbers,
  measureSlice,
  slicesOf,
  canCompareSlices,
  type RowSlices,
} from "../inference/measuring/slices.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { MeasuredModel } from "./evaluate-once.js";

const LANGUAGE: Call = { kind: "slicing", word: "language", arguments: {} };

/**
 * `measured`: on the same rows, in the same order. Requested slices first; languages without a request if there are at
 * least two.
 */
export async function sliceReportsOf(
  session: OpenSession,
  measured: readonly MeasuredModel[],
  { subject, by }: { readonly subject: ActionSubject; readonly by: readonly (string | Call)[] },
  context: ExecutionContext,
): Promise<readonly SlicesReport[]> {
  const first = measured[0];
  if (!first) return [];
  const looked = sampledRowNumbers(first.rows.count);
  const reports: SlicesReport[] = [];
  for (const one of by) {
    const parted =
      typeof one === "string"
        ? partitionByValues(one, await valuesOf(session, first, subject, one, looked, context), MIN_SLICE_ROWS)
        : await byWord(one, first, looked);
    if (parted) reports.push(await reportOn(measured, parted, looked, context.signal));
  }
  if (by.some((one) => typeof one !== "string" && one.word === LANGUAGE.word)) return reports;
  const languages = await byWord(LANGUAGE, first, looked);
  if (!languages || !canCompareSlices(slicesOf(looked, languages, first.rows.count))) return reports;
  const report = await reportOn(measured, languages, looked, context.signal, true);
  return report.metrics.length > 0 ? [...reports, report] : reports;
}

async function byWord(call: Call, { rows }: MeasuredModel, looked: Uint32Array): Promise<RowPartition | null> {
  const slicing = await loadImplementation({ ...call, kind: "slicing" }, "slicing");
  return slicing.part(call, { count: looked.length, text: (row) => rows.text(looked[row]!) });
}

/** Values of the inspected rows: those of a role as cleaned, others read again from the source. */
async function valuesOf(
  session: OpenSession,
  { rows, prepared, split }: MeasuredModel,
  subject: ActionSubject,
  column: string,
  looked: Uint32Array,
  context: ExecutionContext,
): Promise<readonly unknown[]> {
  const { data } = mustExist("data" in subject ? subject : undefined, "data that are scored");
  const numbers = Array.from(looked, (row) => rows.rows[row]!);
  const splitRows = mustExist(prepared.streamed?.[split] ?? prepared.splits[split], "a split that was scored");
  const role = Object.entries(data.columns).find(([, name]) => name === column)?.[0];
  if (role === undefined || !("numbers" in splitRows ? splitRows.has(role) : splitRows.columnNames().includes(role)))
    return session.datasets.column(
      data,
      { column, source: sourceNameOfSplit(splitRows), rows: numbers },
      context.hostContext,
    );
  const rowNumbers = "numbers" in splitRows ? splitRows.numbers : (splitRows.array("$row") as ArrayLike<number>);
  const placeOf = new Map<number, number>(numbers.map((number) => [number, -1]));
  for (let index = 0; index < rowNumbers.length; index++)
    if (placeOf.has(rowNumbers[index]!)) placeOf.set(rowNumbers[index]!, index);
  const streamed = "numbers" in splitRows ? streamedColumn(splitRows, role, prepared.labels) : undefined;
  const values = "numbers" in splitRows ? null : (splitRows.array(role) as ArrayLike<unknown>);
  return numbers.map((number) => {
    const index = mustExist(placeOf.get(number), "the place of a row");
    return streamed ? streamed.at(index) : values?.[index];
  });
}

/** `short`: combines slices of too few rows in one line. Without metrics if none is computed from rows. */
async function reportOn(
  measured: readonly MeasuredModel[],
  parted: RowPartition,
  looked: Uint32Array,
  signal?: AbortSignal,
  short = false,
): Promise<SlicesReport> {
  const first = mustExist(measured[0], "a model");
  const { count: all } = first.rows;
  const found = slicesOf(looked, parted, all);
  const measures = found.slices.map((slice) =>
    slice.rows.length < MIN_SLICE_ROWS ? null : measured.map((one) => measureSlice(one.measures, slice, all)),
  );
  const drawn = await resampleMetrics(
    measures.flatMap((models) => models ?? []).flatMap((sliceMeasures) => sliceMeasures.filter((one) => one !== null)),
    signal,
  );
  const whole = { rows: Uint32Array.from(looked), name: "" };
  const able = measureSlice(first.measures, whole, all);
  const metrics = first.measures.flatMap(({ name }, m) => (able[m] ? [{ name, m }] : []));
  const slices = found.slices.map(({ name, rows }, s) => ({
    name,
    rows: rows.length,
    scores:
      measures[s]?.map((sliceMeasures) =>
        metrics.map(({ m }) => {
          const measure = sliceMeasures[m];
          return measure ? mustExist(drawn.get(measure), "its interval").score : null;
        }),
      ) ?? null,
  }));
  const differences = short ? [] : differencesIn(slices, measured.length, metrics.length);
  return {
    by: parted.by,
    on: first.evaluation.on,
    models: measured.map(({ evaluation }) => evaluation.model),
    metrics: metrics.map(({ name }) => name),
    differences,
    slices: short ? [...slices.filter(({ scores }) => scores), ...few(slices)] : slices,
    methods: intervalMethodsText([...drawn.values()]),
    notes: [...howDiffer(differences), ...notesOn(found), ...parted.notes, ...(metrics.length === 0 ? [NONE] : [])],
  };
}
const NONE = "none of these metrics can be computed for subsets of the rows";

/** Differences by each metric and model. */
function differencesIn(slices: SlicesReport["slices"], models: number, metrics: number): readonly Differing[] {
  return Array.from({ length: metrics }, (_, metric) =>
    Array.from({ length: models }, (_, model): readonly Differing[] => {
      const parts = slices.flatMap(({ name, scores }) => {
        const score = scores?.[model]?.[metric];
        return score ? [{ name, ...score }] : [];
      });
      const difference = largestScoreDifference(parts);
      return difference ? [{ model, metric, ...difference }] : [];
    }).flat(),
  ).flat();
}
type Differing = SliceDifference & ScoreDifferenceOfParts;

/** Describes how the intervals of differences were computed. */
function howDiffer(differences: readonly Differing[]): readonly string[] {
  const known = differences.filter(({ interval }) => interval !== null);
  if (known.length === 0) return [];
  const most = Math.max(...known.map(({ parts }) => parts));
  const how = "differences: from the intervals of both parts, which have no rows in common (Zou and Donner, 2008)";
  const chosen = `widened because the pair was chosen among ${String((most * (most - 1)) / 2)} (Bonferroni)`;
  return [most === 2 ? how : `${how}; ${chosen}`];
}

/** Combines several slices of too few rows in one line: most are single rows with a wrong value. */
function few(slices: SlicesReport["slices"]): SlicesReport["slices"] {
  const left = slices.filter(({ scores }) => !scores);
  if (left.length === 0) return [];
  const rows = left.reduce((sum, slice) => sum + slice.rows, 0);
  const name = left.length === 1 ? left[0]!.name : `${String(left.length)} others`;
  return [{ name, rows, scores: null }];
}

function notesOn({ looked, total: totalRows }: RowSlices): readonly string[] {
  return looked < totalRows ? [`of ${groupedNumber(looked)} rows at equal distances among all`] : [];
}

export function scoresOfSlices(reports: readonly SlicesReport[], model: number): readonly SliceScores[] {
  return reports.map(({ by, metrics, slices, differences = [] }) => ({
    by,
    ...keptDifferences(differences, metrics, model),
    slices: slices.map(({ name, rows, scores }) => {
      const modelScores = scores?.[model];
      const numbers = metrics.flatMap((metric, m) => {
        const score = modelScores?.[m];
        if (!score) return [];
        const { value, interval } = score;
        return [[metric, { value, low: interval?.low ?? null, high: interval?.high ?? null }] as const];
      });
      return { name, rows, metrics: modelScores ? Object.fromEntries(numbers) : null };
    }),
  }));
}

function keptDifferences(
  differences: readonly SliceDifference[],
  metrics: readonly string[],
  modelIndex: number,
): Pick<SliceScores, "differences"> {
  const modelDifferences = differences.flatMap(({ model, metric, greatest, least, value, interval }) =>
    model === modelIndex
      ? [
          [
            metrics[metric] ?? "",
            { greatest, least, value, low: interval?.low ?? null, high: interval?.high ?? null },
          ] as const,
        ]
      : [],
  );
  return modelDifferences.length > 0 ? { differences: Object.fromEntries(modelDifferences) } : {};
}
