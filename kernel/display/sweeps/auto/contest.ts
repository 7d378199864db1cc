/** Whatever `sweep auto` scored on the rows that validate, side by side: its score, and what it takes to learn, to answer and to hold. */
import type { Contestant, Left, Versus } from "../../../study/auto/auto.js";
import type { Goal } from "../../../study/study.js";
import { clipApart } from "../../clip-differences.js";
import { html, htmlTable, inked, note, tone, type Html, type Part } from "../../html.js";
import { plain, valueCell, type Cell } from "../../score-cell.js";
import { differenceCell } from "../../scores/score-tables.js";
import { barOf, scaleOf } from "../../scores/slice-bars.js";
import { bytes, duration, significant } from "../../../host/text.js";
import { textTable } from "../../text-table.js";

const NAME = 48;

export interface ContestOf {
  readonly goal: Goal;
  readonly contestants: readonly Contestant[];
  /** The best trial beside each that needs none; absent: nothing is compared. */
  readonly versus?: readonly Versus[];
  /** Heads the column of differences. */
  readonly best?: string;
  /** Names of those that none other beats in everything. */
  readonly front?: readonly string[];
}
export interface Contest {
  readonly text: string;
  readonly html: Html;
}

/** The best first; what has no score last. */
export function byScore({ direction }: Goal): (a: Contestant, b: Contestant) => number {
  const worth = ({ score }: Contestant): number =>
    Number.isNaN(score) ? Number.NEGATIVE_INFINITY : direction === "maximize" ? score : -score;
  return (a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a));
}

export function contestTable({ goal, contestants, versus = [], best = "the best", front = [] }: ContestOf): Contest {
  const sorted = contestants.toSorted(byScore(goal));
  const names = clipApart(
    sorted.map(({ name }) => name),
    NAME,
  );
  const compared = sorted.some(({ name }) => versus.some((one) => one.name === name));
  const columns: readonly (readonly [head: string, cell: (one: Contestant) => Cell])[] = [
    [goal.metric, scoreCell],
    ...(compared ? [[`${best} − it`, (one: Contestant) => versusCell(one, versus)] as const] : []),
    ...had("learnt in", sorted, ({ seconds }) => (Number.isFinite(seconds) ? duration(seconds) : null)),
    ...had("an answer", sorted, ({ latency }) => (latency === null ? null : answerText(latency))),
    ...had("size", sorted, ({ bytes: held }) => (held === null ? null : bytes(held))),
  ];
  const head = ["", ...columns.map(([name]) => name)];
  const cells = sorted.map((one, i): readonly Cell[] => [
    plain(names[i] ?? ""),
    ...columns.map(([, cell]) => cell(one)),
  ]);
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const bars = barsBeside(sorted, names);
  const withBars = <T>(row: readonly T[], bar: T): readonly T[] =>
    bars ? [...row.slice(0, 1), bar, ...row.slice(1)] : row;
  const words = front.length > 1 ? `none beats these in score, size and time at once: ${front.join("; ")}` : null;
  const text = textTable(
    head,
    cells.map((row) => row.map(({ text: own }) => own)),
    align,
  );
  const table = htmlTable({
    head: withBars<Part>(head, bars?.head ?? ""),
    rows: cells.map((row, i) =>
      withBars<Part>(
        row.map(({ shown }) => shown),
        bars?.rows[i] ?? "",
      ),
    ),
    align: withBars<"left" | "right">(align, "left"),
  });
  return { text: words === null ? text : `${text}\n${words}`, html: html`${table}${words && note(words)}` };
}

/** Of milliseconds: what is less than anybody minds has no digits. */
export function answerText(latency: number): string {
  return latency < 0.01 ? "< 0.01 ms" : `${significant(latency, 2)} ms`;
}

/** A column, where anything is known of it. */
function had(head: string, all: readonly Contestant[], told: (one: Contestant) => string | null) {
  return all.some((one) => told(one) !== null) ? [[head, (one: Contestant) => plain(told(one) ?? "–")] as const] : [];
}

function endsOf({ low, high }: Contestant): { readonly low: number; readonly high: number } | null {
  return low === undefined || high === undefined ? null : { low, high };
}
function scoreCell(one: Contestant): Cell {
  return Number.isNaN(one.score) ? plain("–") : valueCell(one.score, endsOf(one), { strong: true });
}
function versusCell({ name }: Contestant, versus: readonly Versus[]): Cell {
  const own = versus.find((one) => one.name === name);
  if (!own) return plain("");
  const { difference, low, high, verdict } = own;
  return differenceCell({ value: difference, interval: low === null || high === null ? null : { low, high }, verdict });
}

/** Null: there is but one score to see. */
function barsBeside(all: readonly Contestant[], names: readonly string[]) {
  const scores = all.map((one) => ({ value: one.score, interval: endsOf(one) }));
  const scale = scaleOf(scores);
  if (!scale || scores.filter(({ value }) => Number.isFinite(value)).length < 2) return null;
  return {
    head: `${significant(scale.low, 3)} to ${significant(scale.high, 3)}`,
    rows: scores.map((score, i) => barOf(score, names[i] ?? "", scale)),
  };
}

/** Left out so many are told at once, the others are folded. */
const TOLD = 6;

/** What was passed over, with the reason. */
export function leftOut(left: readonly Left[]): Contest | null {
  if (left.length === 0) return null;
  const rows = left.map(({ what, why }) => [what, why]);
  const table = (of: readonly Left[]): Html =>
    htmlTable({ rows: of.map(({ what, why }): Part[] => [what, html`<span style="opacity:.86">${why}</span>`]) });
  const rest = left.slice(TOLD);
  return {
    text: ["left out:", textTable(null, rows)].join("\n"),
    html: html`${note("left out")}${table(left.slice(0, TOLD))}
    ${
      rest.length > 0 &&
      html`<details style="margin:0 0 6px">
        <summary style="cursor:pointer;${inked(tone.accent)}">${String(rest.length)} more</summary>
        ${table(rest)}
      </details>`
    }`,
  };
}
