/**
 * Scores of parts of the rows, beside those of all: by what the program asks for (`by`), and by the language that each row is
 * found to be in, where there are several.
 */
import type { Subject } from "#dsl/compiler/plan/action.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Parted } from "#stdlib/slicings/kind.js";
import { partedByValues } from "#stdlib/slicings/shared/values.js";
import { columnIn } from "../data/rows/streamed-rows.js";
import { sourceNameOf } from "../data/row/row-names.js";
import type { SliceDifference, SlicesReport } from "../display/scores/slices.js";
import { count } from "../host/text.js";
import { does } from "../host/load-implementation.js";
import { drawAll, methodsOf } from "../inference/measuring/comparison.js";
import { differenceOfParts, type PartDifference } from "../inference/measuring/part-differences.js";
import type { SliceScores } from "../runs/history/run-scores.js";
import { FEWEST, lookedAt, measuresIn, slicesOf, tellable, type Slices } from "../inference/measuring/slices.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { Measured } from "./evaluate-once.js";

const LANGUAGE: Call = { kind: "slicing", word: "language", arguments: {} };

/** `measured`: of the same rows, in their order. What was asked for first; languages unasked where there are two. */
export async function slicedOf(
  session: OpenSession,
  measured: readonly Measured[],
  { subject, by }: { readonly subject: Subject; readonly by: readonly (string | Call)[] },
  stage: Stage,
): Promise<readonly SlicesReport[]> {
  const first = measured[0];
  if (!first) return [];
  const looked = lookedAt(first.rows.count);
  const reports: SlicesReport[] = [];
  for (const one of by) {
    const parted =
      typeof one === "string"
        ? partedByValues(one, await valuesOf(session, first, subject, one, looked, stage), FEWEST)
        : await byWord(one, first, looked);
    if (parted) reports.push(await reportOn(measured, parted, looked, stage.signal));
  }
  if (by.some((one) => typeof one !== "string" && one.word === LANGUAGE.word)) return reports;
  const languages = await byWord(LANGUAGE, first, looked);
  if (!languages || !tellable(slicesOf(looked, languages, first.rows.count))) return reports;
  const report = await reportOn(measured, languages, looked, stage.signal, true);
  return report.metrics.length > 0 ? [...reports, report] : reports;
}

async function byWord(call: Call, { rows }: Measured, looked: Uint32Array): Promise<Parted | null> {
  const slicing = await does({ ...call, kind: "slicing" }, "slicing");
  return slicing.part(call, { count: looked.length, text: (row) => rows.text(looked[row]!) });
}

/** Values of the rows that are looked at: those of a role as they were cleaned, others read again from the source. */
async function valuesOf(
  session: OpenSession,
  { rows, prepared, split }: Measured,
  subject: Subject,
  column: string,
  looked: Uint32Array,
  stage: Stage,
): Promise<readonly unknown[]> {
  const { data } = must("data" in subject ? subject : undefined, "data that are scored");
  const numbers = Array.from(looked, (row) => rows.rows[row]!);
  const held = must(prepared.streamed?.[split] ?? prepared.splits[split], "a split that was scored");
  const role = Object.entries(data.columns).find(([, name]) => name === column)?.[0];
  if (role === undefined || !("numbers" in held ? held.has(role) : held.columnNames().includes(role)))
    return session.datasets.column(data, { column, source: sourceNameOf(held), rows: numbers }, stage.hostContext);
  const own = "numbers" in held ? held.numbers : (held.array("$row") as ArrayLike<number>);
  const placeOf = new Map<number, number>(numbers.map((number) => [number, -1]));
  for (let at = 0; at < own.length; at++) if (placeOf.has(own[at]!)) placeOf.set(own[at]!, at);
  const streamed = "numbers" in held ? columnIn(held, role, prepared.labels) : undefined;
  const values = "numbers" in held ? null : (held.array(role) as ArrayLike<unknown>);
  return numbers.map((number) => {
    const at = must(placeOf.get(number), "the place of a row");
    return streamed ? streamed.at(at) : values?.[at];
  });
}

/** `short`: slices of too few rows are one line. Without metrics where none is made of rows. */
async function reportOn(
  measured: readonly Measured[],
  parted: Parted,
  looked: Uint32Array,
  signal?: AbortSignal,
  short = false,
): Promise<SlicesReport> {
  const first = must(measured[0], "a model");
  const { count: all } = first.rows;
  const found = slicesOf(looked, parted, all);
  const measures = found.slices.map((slice) =>
    slice.rows.length < FEWEST ? null : measured.map((one) => measuresIn(one.measures, slice, all)),
  );
  const drawn = await drawAll(
    measures.flatMap((models) => models ?? []).flatMap((own) => own.filter((one) => one !== null)),
    signal,
  );
  const whole = { rows: Uint32Array.from(looked), name: "" };
  const able = measuresIn(first.measures, whole, all);
  const metrics = first.measures.flatMap(({ name }, m) => (able[m] ? [{ name, m }] : []));
  const slices = found.slices.map(({ name, rows }, s) => ({
    name,
    rows: rows.length,
    scores:
      measures[s]?.map((own) =>
        metrics.map(({ m }) => {
          const measure = own[m];
          return measure ? must(drawn.get(measure), "its interval").score : null;
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
    methods: methodsOf([...drawn.values()]),
    notes: [...howDiffer(differences), ...notesOn(found), ...parted.notes, ...(metrics.length === 0 ? [NONE] : [])],
  };
}
const NONE = "none of these metrics is made of single rows, so that parts of them have none";

/** By each metric of each model. */
function differencesIn(slices: SlicesReport["slices"], models: number, metrics: number): readonly Differing[] {
  return Array.from({ length: metrics }, (_, metric) =>
    Array.from({ length: models }, (_, model): readonly Differing[] => {
      const parts = slices.flatMap(({ name, scores }) => {
        const score = scores?.[model]?.[metric];
        return score ? [{ name, ...score }] : [];
      });
      const difference = differenceOfParts(parts);
      return difference ? [{ model, metric, ...difference }] : [];
    }).flat(),
  ).flat();
}
type Differing = SliceDifference & PartDifference;

/** How the intervals of differences were made. */
function howDiffer(differences: readonly Differing[]): readonly string[] {
  const known = differences.filter(({ interval }) => interval !== null);
  if (known.length === 0) return [];
  const most = Math.max(...known.map(({ parts }) => parts));
  const how = "differences: from the intervals of both parts, which have no rows in common (Zou and Donner, 2008)";
  const chosen = `widened because the pair was chosen among ${String((most * (most - 1)) / 2)} (Bonferroni)`;
  return [most === 2 ? how : `${how}; ${chosen}`];
}

/** Slices of too few rows, as one line where they are several: most are single rows that were mistaken. */
function few(slices: SlicesReport["slices"]): SlicesReport["slices"] {
  const left = slices.filter(({ scores }) => !scores);
  if (left.length === 0) return [];
  const rows = left.reduce((sum, slice) => sum + slice.rows, 0);
  const name = left.length === 1 ? left[0]!.name : `${String(left.length)} others`;
  return [{ name, rows, scores: null }];
}

function notesOn({ looked, of }: Slices): readonly string[] {
  return looked < of ? [`of ${count(looked)} rows at equal distances among all`] : [];
}

/** Of one of the models, as scores are kept. */
export function scoresOfSlices(reports: readonly SlicesReport[], model: number): readonly SliceScores[] {
  return reports.map(({ by, metrics, slices, differences = [] }) => ({
    by,
    ...keptDifferences(differences, metrics, model),
    slices: slices.map(({ name, rows, scores }) => {
      const own = scores?.[model];
      const numbers = metrics.flatMap((metric, m) => {
        const score = own?.[m];
        if (!score) return [];
        const { value, interval } = score;
        return [[metric, { value, low: interval?.low ?? null, high: interval?.high ?? null }] as const];
      });
      return { name, rows, metrics: own ? Object.fromEntries(numbers) : null };
    }),
  }));
}

function keptDifferences(
  differences: readonly SliceDifference[],
  metrics: readonly string[],
  of: number,
): Pick<SliceScores, "differences"> {
  const own = differences.flatMap(({ model, metric, greatest, least, value, interval }) =>
    model === of
      ? [
          [
            metrics[metric] ?? "",
            { greatest, least, value, low: interval?.low ?? null, high: interval?.high ?? null },
          ] as const,
        ]
      : [],
  );
  return own.length > 0 ? { differences: Object.fromEntries(own) } : {};
}
