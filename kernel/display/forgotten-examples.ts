/** Examples that a model answered correctly before and wrongly now, with counts per data set, and advice. */
import type { ForgettingStatistics } from "../continual/forgotten-answers.js";
import { displayOutputOf } from "./bundle.js";
import { card, note, type DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { clip, groupedNumber, oneLine, formatPercent, printable } from "../host/value-text.js";

export interface ForgottenExamples extends ForgettingStatistics {
  /** For example `tickets.test`. */
  readonly on: string;
  /** State in which it answered correctly: `router (before)`, or the data learned then. */
  readonly after: string;
  /** Returns the number, text, correct answer and present prediction of a row (index from 0). */
  example(row: number): { readonly row: number; readonly text: string; readonly right: string; readonly now: string };
}
export interface ForgottenExamplesReport {
  readonly name: string;
  readonly dataSets: readonly ForgottenExamples[];
  /** Advice if the loss exceeds chance; null: none is known. */
  readonly tries: string | null;
  /** Comparisons that were skipped, with reasons. */
  readonly not?: readonly string[];
}

/** Maximum examples per data set. */
const FEW = 5;

export function forgottenExamplesView(
  { name, dataSets, tries, not = [] }: ForgottenExamplesReport,
  id: string,
): DisplayOutput {
  const rows = dataSets.flatMap((one) =>
    one.lost.slice(0, FEW).map((rowIndex) => {
      const { row, text, right, now } = one.example(rowIndex);
      return [one.on, String(row), clip(oneLine(printable(text)), 120), `${plain(right)} → ${plain(now)}`];
    }),
  );
  const sentences = dataSets.map(sentence);
  if (tries !== null && dataSets.some(hasSignificantForgetting)) sentences.push(tries);
  const lost = dataSets.reduce((sum, one) => sum + one.lost.length, 0);
  const left = lost - rows.length;
  const caption = [...(left > 0 ? [`${groupedNumber(left)} more`] : []), ...sentences, ...not].join(". ");
  const title = lost === 0 ? `${name} has forgotten no prediction` : `Forgotten by ${name}`;
  if (rows.length === 0) return { ...displayOutputOf(`${title}\n${caption}`, card(title, note(caption))), id };
  return {
    ...tableView(["data", "row", "text", "right → now"], rows, {
      title,
      limit: rows.length + 1,
      caption,
    }),
    id,
  };
}

const plain = (text: string): string => clip(oneLine(printable(text)), 40);

export const hasSignificantForgetting = ({ moved: { interval } }: Pick<ForgettingStatistics, "moved">): boolean =>
  interval.high < 0;

function sentence(one: ForgottenExamples): string {
  const { on, after, right, rows, lost, gained, share, moved } = one;
  if (!share) return `${on}: none of ${groupedNumber(rows)} predictions was correct after ${after}`;
  const { low, high } = share.interval;
  const points = (value: number): string => `${value < 0 ? "−" : "+"}${(100 * Math.abs(value)).toFixed(1)}`;
  const ends = `95 % interval ${points(moved.interval.low)} to ${points(moved.interval.high)}`;
  const verdict = hasSignificantForgetting(one)
    ? ""
    : moved.interval.low > 0
      ? ", more than before"
      : ", no loss shown";
  return (
    `${on}: of ${groupedNumber(right)} correct predictions after ${after}, ${groupedNumber(lost.length)} are wrong now ` +
    `(${formatPercent(share.value)}, 95 % interval ${formatPercent(low).replace(/ %$/, "")} to ${formatPercent(high)}), and ${groupedNumber(gained)} that were wrong are right; ` +
    `correct predictions ${points(moved.value)} points (${ends}${verdict})`
  );
}
