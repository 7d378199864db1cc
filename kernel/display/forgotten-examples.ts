/** What a model forgot: examples whose answers were right and are wrong now, how many of each data set, and what to try. */
import type { Forgotten } from "../continual/forgotten-answers.js";
import { shownOf } from "./bundle.js";
import { card, note } from "./html.js";
import type { Shown } from "./bundle-output.js";
import { tableShown } from "./table.js";
import { clip, count, oneLine, percent, printable } from "../host/text.js";

export interface ForgottenOf extends Forgotten {
  /** `tickets.test`. */
  readonly on: string;
  /** What it was right after: `router (before)`, the data that were learnt then. */
  readonly after: string;
  /** Of a row (from 0): its number in the data, its text, the right answer and what is said now. */
  example(row: number): { readonly row: number; readonly text: string; readonly right: string; readonly now: string };
}
export interface ForgottenShown {
  readonly name: string;
  readonly of: readonly ForgottenOf[];
  /** What is to be tried where something was lost beyond chance; null: nothing is known to try. */
  readonly tries: string | null;
  /** What wasn't compared, and why. */
  readonly not?: readonly string[];
}

/** Examples of each data set. */
const FEW = 5;

export function forgottenShown({ name, of, tries, not = [] }: ForgottenShown, id: string): Shown {
  const rows = of.flatMap((one) =>
    one.lost.slice(0, FEW).map((at) => {
      const { row, text, right, now } = one.example(at);
      return [one.on, String(row), clip(oneLine(printable(text)), 120), `${plain(right)} → ${plain(now)}`];
    }),
  );
  const told = of.map(sentence);
  if (tries !== null && of.some(isLost)) told.push(tries);
  const lost = of.reduce((sum, one) => sum + one.lost.length, 0);
  const left = lost - rows.length;
  const caption = [...(left > 0 ? [`${count(left)} more`] : []), ...told, ...not].join(". ");
  const title = lost === 0 ? `${name} has forgotten no answer` : `What ${name} has forgotten`;
  if (rows.length === 0) return { ...shownOf(`${title}\n${caption}`, card(title, note(caption))), id };
  return {
    ...tableShown(["data", "row", "text", "right → now"], rows, {
      title,
      limit: rows.length + 1,
      caption,
    }),
    id,
  };
}

const plain = (text: string): string => clip(oneLine(printable(text)), 40);

/** Whether more was lost than chance explains. */
export const isLost = ({ moved: { interval } }: Pick<Forgotten, "moved">): boolean => interval.high < 0;

function sentence(one: ForgottenOf): string {
  const { on, after, right, rows, lost, gained, share, moved } = one;
  if (!share) return `${on}: no answer of ${count(rows)} was right after ${after}`;
  const { low, high } = share.interval;
  const points = (value: number): string => `${value < 0 ? "−" : "+"}${(100 * Math.abs(value)).toFixed(1)}`;
  const ends = `95 % interval ${points(moved.interval.low)} to ${points(moved.interval.high)}`;
  const verdict = isLost(one) ? "" : moved.interval.low > 0 ? ", more than before" : ", no loss shown";
  return (
    `${on}: of ${count(right)} answers that were right after ${after} ${count(lost.length)} are wrong now ` +
    `(${percent(share.value)}, 95 % interval ${percent(low).replace(/ %$/, "")} to ${percent(high)}), and ${count(gained)} that were wrong are right; ` +
    `right answers ${points(moved.value)} points (${ends}${verdict})`
  );
}
