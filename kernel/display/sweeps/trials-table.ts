/** The trials of a sweep as a table, the best first, with intermediate scores and the reason of their end. */
import { plural, significantText } from "../../host/value-text.js";
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { paretoFrontTrials } from "./front.js";
import { isScored, greaterIsBetterScore, type SweepTrial, type SweepView } from "./view.js";

export interface TrialsTableOptions {
  readonly limit?: number;
  readonly title?: string;
}

export function trialsTable(view: SweepView, { limit = 20, title = "Trials" }: TrialsTableOptions = {}): DisplayOutput {
  const { trials, goals } = view;
  const [goal] = goals;
  const paths = [...new Set(trials.flatMap((t) => Object.keys(t.values)))];
  const seconds = trials.flatMap((t) => t.seconds ?? []);
  const places = Math.max(0, ...seconds.slice(0, 1000)) < 10 ? 2 : 1;
  const has = (textOf: (trial: SweepTrial) => string): boolean => trials.some((trial) => textOf(trial) !== "");
  const front = goals.length > 1 ? new Set(paretoFrontTrials(view).map(({ number }) => number)) : null;
  const columns: readonly (readonly [string, (trial: SweepTrial) => unknown])[] = [
    ["trial", (t) => t.number],
    [goal.metric, (t) => (t.score === null ? "" : t.score.toFixed(4))],
    ...spreadOf(trials, 0),
    ...goals.slice(1).flatMap((other, i) => {
      const score = (t: SweepTrial): unknown => t.scores?.[i + 1] ?? "";
      return [[other.metric, score] as const, ...spreadOf(trials, i + 1)];
    }),
    ...paths.map((path) => [path, (t: SweepTrial) => t.values[path]] as const),
    ...(seconds.length > 0 ? [["seconds", (t: SweepTrial) => t.seconds?.toFixed(places)] as const] : []),
    ...(has(reportsText) ? [["on its way", reportsText] as const] : []),
    [
      "state",
      (t) => [t.state, front?.has(t.number) && "on the front", t.missed && "misses a bar"].filter(Boolean).join(", "),
    ],
    ...(has(whyText) ? [["why", whyText] as const] : []),
  ];
  const rank = (t: SweepTrial): number => (isScored(t) ? -greaterIsBetterScore(t.score, goal) : Infinity);
  const early = ({ state, missed }: SweepTrial): number => (state === "pruned" || missed ? 1 : 0);
  const sorted = [...trials].sort((a, b) => early(a) - early(b) || rank(a) - rank(b) || a.number - b.number);
  const done = trials.filter((t) => t.state === "done").length;
  return tableView(
    columns.map(([name]) => name),
    sorted.map((trial) => columns.map(([, valueOf]) => valueOf(trial))),
    { limit, title, caption: `best first · ${plural(done, "trial")} done of ${trials.length}` },
  );
}

/** Returns the column of each trial's variation over seeds for a goal; none if trials have one seed. */
function spreadOf(trials: readonly SweepTrial[], goal: number) {
  const spreadText = ({ spread }: SweepTrial): unknown => {
    const apart = spread?.[goal];
    return apart === undefined ? "" : `± ${significantText(apart, 2)}`;
  };
  return trials.some((trial) => spreadText(trial) !== "") ? [["seeds", spreadText] as const] : [];
}

/**
 * `0.61 → 0.74 → 0.78, step 300`: the first and last score, and in between the one that the trial kept, or the middle
 * one.
 */
function reportsText({ reports = [], score }: SweepTrial): string {
  if (reports.length === 0) return "";
  const last = reports.length - 1;
  const keptIndex = reports.findIndex((one) => one.score === score);
  const between = keptIndex > 0 && keptIndex < last ? keptIndex : Math.floor(last / 2);
  const scoreTexts = [...new Set([0, between, last])].map((i) => significantText(reports[i]!.score, 3));
  return `${scoreTexts.join(" → ")}, step ${String(reports[last]!.step)}`;
}
function whyText({ error, why }: SweepTrial): string {
  return error ?? why ?? "";
}
