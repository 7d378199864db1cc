/**
 * `thin`: reduces the training rows; the other splits are unchanged. Each row's rank is drawn from the data's seed and
 * its own number. So smaller selections are subsets of larger ones, and a row's rank does not depend on other rows.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { seededNumberOfText } from "#stdlib/statistics/chance.js";
import { isTrainingRow } from "../rows/cleaning.js";
import { rowNameOf } from "../row/row.js";
import type { SplitRow } from "../rows/splitting.js";

/** Tolerance: split shares are only met to about a row, so a request may exceed the rows by this share. */
const NEAR = 0.005;

/** `rows`: all rows at once. Rows that are thinned out lose their split. Coded errors `too-thin`, `cannot-stream`. */
export function thinRows(
  rows: readonly SplitRow[],
  { thin, seed }: DataPlan,
  { streamed }: { readonly streamed: boolean },
): readonly SplitRow[] {
  if (thin === undefined) return rows;
  if (streamed)
    throw new CodedError("cannot-stream", {
      what: "`thin`",
      why: "it draws from all rows that train at once; of a share of the values `hashed` trains less: `split: hashed(id, train: 20%, test: 20%)`",
    });
  const all = rows.filter(({ split }) => split !== null).length;
  const places = rows.flatMap((one, rowIndex) =>
    isTrainingRow(one) ? [{ at: rowIndex, drawn: seededNumberOfText(seed, `thin ${String(rowNameOf(one.row))}`) }] : [],
  );
  const wanted = typeof thin === "number" ? thin : Math.round(thin.share * all);
  const over = typeof thin === "number" ? 0 : NEAR * all + 1;
  if (wanted < 1 || wanted > places.length + over)
    throw new CodedError("too-thin", { wanted, rows: places.length, split: splitOf(rows) });
  const line = places.sort((a, b) => a.drawn - b.drawn || a.at - b.at);
  const out = new Set(line.slice(wanted).map(({ at: rowIndex }) => rowIndex));
  return rows.map((one, rowIndex) => (out.has(rowIndex) ? { row: one.row, split: null, thinned: true } : one));
}

function splitOf(rows: readonly SplitRow[]): string {
  return rows.find(isTrainingRow)?.split ?? "train";
}
