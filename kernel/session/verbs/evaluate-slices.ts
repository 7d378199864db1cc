/**
 * Scores of parts of the rows, beside those of all: by the language that each row is found to be in, where there are several.
 * Rows that are alike in anything else are told the same way (`Parting`).
 */
import { must } from "#dsl/diagnostics/must.js";
import { languageDetector } from "#platform/languages.js";
import { languageName } from "#stdlib/lib/languages/names.js";
import { slicesShown, type SlicesReport } from "../../core/display/slices.js";
import { count } from "../../core/display/text.js";
import { drawAll, methodsOf } from "../../inference/comparison.js";
import { FEWEST, measuresIn, slicesOf, tellable, type SliceOf, type Slices } from "../../inference/slices.js";
import type { Stage } from "../tune-session.js";
import type { Measured } from "./evaluate-once.js";

/** What the rows of a split are parted by. */
export interface Parting {
  /** `language`. */
  readonly by: string;
  readonly sliceOf: SliceOf;
  /** What is said of rows that are in no slice. */
  readonly unnamed: (rows: number) => string;
}

/** By the language of what a model reads of a row; null: nothing tells languages here. */
async function byLanguage({ rows }: Measured): Promise<Parting | null> {
  const languageOf = await languageDetector();
  if (!languageOf) return null;
  return {
    by: "language",
    sliceOf(row) {
      const code = languageOf(rows.text(row));
      return code === undefined ? undefined : languageName(code);
    },
    unnamed: (rows) =>
      rows === 1
        ? "1 row is too short to tell its language"
        : `${count(rows)} rows are too short to tell their language`,
  };
}

/** Nothing where there are no two languages. */
export async function showLanguages(measured: readonly Measured[], { screen, signal }: Stage): Promise<void> {
  const [first] = measured;
  const parting = first ? await byLanguage(first) : null;
  const report = parting && (await slicesReport(measured, parting, signal));
  if (report) screen.display(slicesShown(report));
}

/** Null: fewer than two slices have rows enough, or no metric is made of rows. `measured`: of the same rows, in their order. */
export async function slicesReport(
  measured: readonly Measured[],
  { by, sliceOf, unnamed }: Parting,
  signal?: AbortSignal,
): Promise<SlicesReport | null> {
  const first = must(measured[0], "a model");
  const { count: all } = first.rows;
  const found = slicesOf(all, sliceOf);
  if (!tellable(found)) return null;
  const told = found.slices.filter(({ rows }) => rows.length >= FEWEST);
  const measures = told.map((slice) => measured.map((one) => measuresIn(one.measures, slice, all)));
  const drawn = await drawAll(
    measures.flat(2).filter((one) => one !== null),
    signal,
  );
  if (drawn.size === 0) return null;
  const metrics = first.measures.flatMap(({ name }, m) =>
    measures.some((models) => models.some((own) => own[m])) ? [{ name, m }] : [],
  );
  return {
    by,
    on: first.evaluation.on,
    models: measured.map(({ evaluation }) => evaluation.model),
    metrics: metrics.map(({ name }) => name),
    slices: [
      ...told.map(({ name, rows }, s) => ({
        name,
        rows: rows.length,
        scores: measures[s]!.map((own) =>
          metrics.map(({ m }) => {
            const measure = own[m];
            return measure ? must(drawn.get(measure), "its interval").score : null;
          }),
        ),
      })),
      ...few(found),
    ],
    methods: methodsOf([...drawn.values()]),
    notes: notesOn(found, unnamed),
  };
}

/** Slices of too few rows, as one line where they are several: most are single rows that were mistaken. */
function few({ slices }: Slices): SlicesReport["slices"] {
  const left = slices.filter(({ rows }) => rows.length < FEWEST);
  if (left.length === 0) return [];
  const rows = left.reduce((sum, slice) => sum + slice.rows.length, 0);
  const name = left.length === 1 ? left[0]!.name : `${String(left.length)} others`;
  return [{ name, rows, scores: null }];
}

function notesOn({ looked, unnamed, of }: Slices, said: Parting["unnamed"]): readonly string[] {
  return [
    ...(looked < of ? [`of ${count(looked)} rows at equal distances among all`] : []),
    ...(unnamed > 0 ? [said(unnamed)] : []),
  ];
}
