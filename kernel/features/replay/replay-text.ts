/** The result of a replay as text. */
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { plural, significantText } from "../../host/value-text.js";
import { recordDifferencesText } from "../../evaluation/record/diff-text.js";
import {
  UNSEEDED_TOLERANCE,
  LOSS_TOLERANCE,
  SCORE_TOLERANCE,
  type RunNumberPair,
} from "../../runs/record/number-tolerance.js";
import type { ReplayResult } from "./replay.js";

/** Maximum listed numbers beyond tolerance. */
const TOLD = 8;

export function replayText(replay: ReplayResult): string {
  const { again, changed, elsewhere, left, numbers } = replay;
  const parts = [
    verdictOf(replay),
    ...(changed.length > 0 ? [`What it was made of had changed:\n${recordDifferencesText(changed)}`] : []),
    ...(elsewhere.length > 0 ? [`It ran in another environment:\n${recordDifferencesText(elsewhere)}`] : []),
    ...(numbers.beyond.length > 0 ? [beyondText(numbers.beyond)] : []),
    ...(left.length > 0 ? [`Not compared: ${listNames(left, { most: 6 })}`] : []),
    `The repetition is ${again}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function verdictOf({ run, same, numbers, drawn, changed, elsewhere, unknown, engine }: ReplayResult): string {
  const { losses, scores, exact, furthest, first, beyond } = numbers;
  const compared = [
    ...(losses > 0 ? [plural(losses, "loss", "losses")] : []),
    ...(scores > 0 ? [plural(scores, "score")] : []),
  ];
  const what = compared.join(" and ");
  if (compared.length === 0) return `${run} left no loss and no score that could be compared.`;
  if (exact) return `${run} repeats bit for bit: ${what} are the same.`;
  const where = engine.then === engine.now ? "" : ` on ${engine.now} instead of ${engine.then}`;
  const far = [
    ...(furthest.loss > 0 ? [`losses differ by at most ${percentOf(furthest.loss)}`] : []),
    ...(furthest.score > 0
      ? [`scores ${furthest.loss > 0 ? "" : "differ "}by at most ${significantText(furthest.score, 2)}`]
      : []),
  ].join(", ");
  if (drawn) {
    const tolerance = `(within: ${percentOf(UNSEEDED_TOLERANCE.relative)} of a loss, ${String(UNSEEDED_TOLERANCE.errors)} standard errors of a score)`;
    const verdict = beyond.length === 0 ? "repeats within chance" : "doesn't repeat";
    return `${run} ${verdict}${where}: it is private, and its rows and noise are drawn anew, so it never repeats bit for bit. Of ${what} ${far} ${tolerance}.`;
  }
  const tolerance = `(within: ${percentOf(LOSS_TOLERANCE.relative)} of a loss, ${significantText(SCORE_TOLERANCE.absolute)} or ${String(SCORE_TOLERANCE.answers)} predictions of a score)`;
  const alike = !unknown && changed.length + elsewhere.length === 0;
  const detail = first ? `: the ${first.what} was ${String(first.then)} and is ${String(first.now)}` : "";
  const bits = alike
    ? `, not bit for bit though all is as it was${detail}`
    : unknown
      ? ", of a run without a record of its environment"
      : "";
  if (beyond.length === 0)
    return `${run} ${same ? "repeats" : "doesn't repeat bit for bit, but"} within tolerance${where}${bits}. Of ${what} ${far} ${tolerance}.`;
  return `${run} doesn't repeat${where}: ${plural(beyond.length, "number")} of ${what} ${beyond.length === 1 ? "is" : "are"} beyond tolerance; ${far} ${tolerance}.`;
}

function beyondText(beyond: readonly RunNumberPair[]): string {
  const lines = beyond
    .slice(0, TOLD)
    .map(({ what, then, now }) => `  ${what}: ${significantText(then, 6)} then, ${significantText(now, 6)} now`);
  const more = beyond.length - TOLD;
  return ["Beyond tolerance:", ...lines, ...(more > 0 ? [`  and ${String(more)} more`] : [])].join("\n");
}
const percentOf = (share: number): string => `${significantText(100 * share, 2)} %`;
