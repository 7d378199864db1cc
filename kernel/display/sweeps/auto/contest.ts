/** Compares everything that `sweep auto` scored on validation rows: score, training time, response time and size. */
import type { ScoredCandidate, SkippedCandidate, ScoredCandidateDifference } from "../../../study/auto/auto.js";
import type { StudyGoal } from "../../../study/study.js";
import { clipDistinct } from "../../clip-differences.js";
import { html, htmlTable, readableColorStyle, note, toneColors, type Html, type HtmlPart } from "../../html.js";
import { plainCell, valueCell, type ScoreCell } from "../../score-cell.js";
import { differenceCell } from "../../scores/score-tables.js";
import { scoreBarOf, barScaleOf } from "../../scores/slice-bars.js";
import { byteSizeText, durationText, significantText } from "../../../host/value-text.js";
import { textTable } from "../../text-table.js";

const NAME = 48;

export interface ContestTableInput {
  readonly goal: StudyGoal;
  readonly contestants: readonly ScoredCandidate[];
  /** The best trial's difference to each candidate without training; absent: not compared. */
  readonly versus?: readonly ScoredCandidateDifference[];
  /** Head of the column of differences. */
  readonly best?: string;
  /** Names of the candidates on the Pareto front. */
  readonly front?: readonly string[];
}
export interface RenderedTable {
  readonly text: string;
  readonly html: Html;
}

/** Sorts the best first; candidates without a score last. */
export function compareByScore({ direction }: StudyGoal): (a: ScoredCandidate, b: ScoredCandidate) => number {
  const worth = ({ score }: ScoredCandidate): number =>
    Number.isNaN(score) ? Number.NEGATIVE_INFINITY : direction === "maximize" ? score : -score;
  return (a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a));
}

export function contestTable({
  goal,
  contestants,
  versus = [],
  best = "the best",
  front = [],
}: ContestTableInput): RenderedTable {
  const sorted = contestants.toSorted(compareByScore(goal));
  const names = clipDistinct(
    sorted.map(({ name }) => name),
    NAME,
  );
  const compared = sorted.some(({ name }) => versus.some((one) => one.name === name));
  const columns: readonly (readonly [head: string, cell: (one: ScoredCandidate) => ScoreCell])[] = [
    [goal.metric, scoreCell],
    ...(compared ? [[`${best} − it`, (one: ScoredCandidate) => versusCell(one, versus)] as const] : []),
    ...had("learnt in", sorted, ({ seconds }) => (Number.isFinite(seconds) ? durationText(seconds) : null)),
    ...had("an answer", sorted, ({ latency }) => (latency === null ? null : latencyText(latency))),
    ...had("size", sorted, ({ bytes: weightBytes }) => (weightBytes === null ? null : byteSizeText(weightBytes))),
  ];
  const head = ["", ...columns.map(([name]) => name)];
  const cells = sorted.map((one, i): readonly ScoreCell[] => [
    plainCell(names[i] ?? ""),
    ...columns.map(([, cell]) => cell(one)),
  ]);
  const align = head.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const)));
  const bars = barsBeside(sorted, names);
  const withBars = <T>(row: readonly T[], bar: T): readonly T[] =>
    bars ? [...row.slice(0, 1), bar, ...row.slice(1)] : row;
  const words =
    front.length > 1 ? `no model beats these in score, size and latency at once: ${front.join("; ")}` : null;
  const text = textTable(
    head,
    cells.map((row) => row.map(({ text: cellText }) => cellText)),
    align,
  );
  const table = htmlTable({
    head: withBars<HtmlPart>(head, bars?.head ?? ""),
    rows: cells.map((row, i) =>
      withBars<HtmlPart>(
        row.map(({ shown }) => shown),
        bars?.rows[i] ?? "",
      ),
    ),
    align: withBars<"left" | "right">(align, "left"),
  });
  return { text: words === null ? text : `${text}\n${words}`, html: html`${table}${words && note(words)}` };
}

/** Formats milliseconds; negligible times have no digits. */
export function latencyText(latency: number): string {
  return latency < 0.01 ? "< 0.01 ms" : `${significantText(latency, 2)} ms`;
}

/** Returns a column if any of its values is known. */
function had(head: string, all: readonly ScoredCandidate[], textOf: (one: ScoredCandidate) => string | null) {
  return all.some((one) => textOf(one) !== null)
    ? [[head, (one: ScoredCandidate) => plainCell(textOf(one) ?? "–")] as const]
    : [];
}

function endsOf({ low, high }: ScoredCandidate): { readonly low: number; readonly high: number } | null {
  return low === undefined || high === undefined ? null : { low, high };
}
function scoreCell(one: ScoredCandidate): ScoreCell {
  return Number.isNaN(one.score) ? plainCell("–") : valueCell(one.score, endsOf(one), { strong: true });
}
function versusCell({ name }: ScoredCandidate, versus: readonly ScoredCandidateDifference[]): ScoreCell {
  const ownVersus = versus.find((one) => one.name === name);
  if (!ownVersus) return plainCell("");
  const { difference, low, high, verdict } = ownVersus;
  return differenceCell({ value: difference, interval: low === null || high === null ? null : { low, high }, verdict });
}

/** Returns null if there is only one score. */
function barsBeside(all: readonly ScoredCandidate[], names: readonly string[]) {
  const scores = all.map((one) => ({ value: one.score, interval: endsOf(one) }));
  const scale = barScaleOf(scores);
  if (!scale || scores.filter(({ value }) => Number.isFinite(value)).length < 2) return null;
  return {
    head: `${significantText(scale.low, 3)} to ${significantText(scale.high, 3)}`,
    rows: scores.map((score, i) => scoreBarOf(score, names[i] ?? "", scale)),
  };
}

/** Maximum skipped candidates that are listed; the others are folded. */
const TOLD = 6;

export function skippedCandidatesTable(left: readonly SkippedCandidate[]): RenderedTable | null {
  if (left.length === 0) return null;
  const rows = left.map(({ what, why }) => [what, why]);
  const table = (entries: readonly SkippedCandidate[]): Html =>
    htmlTable({
      rows: entries.map(({ what, why }): HtmlPart[] => [what, html`<span style="opacity:.86">${why}</span>`]),
    });
  const rest = left.slice(TOLD);
  return {
    text: ["left out:", textTable(null, rows)].join("\n"),
    html: html`${note("left out")}${table(left.slice(0, TOLD))}
    ${
      rest.length > 0 &&
      html`<details style="margin:0 0 6px">
        <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${String(rest.length)} more</summary>
        ${table(rest)}
      </details>`
    }`,
  };
}
