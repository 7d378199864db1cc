/** The plan of a sweep before it runs: the number of trials and points, the cost of a trial, and the maximum total. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { CostRange } from "../../study/costs.js";
import { sweepSizeOf, type SweepSize } from "../../study/sweep-size.js";
import { searchRunLocationOf } from "../../study/search-state.js";
import { displayOutputOf } from "../bundle.js";
import {
  card,
  FRAME_STYLE,
  html,
  htmlTable,
  readableColorStyle,
  toneColors,
  type HtmlPart,
  type DisplayOutput,
} from "../html.js";
import { clip, compactNumber, groupedNumber, durationText, plural, callText } from "../../host/value-text.js";
import { textTable } from "../text-table.js";
import { expectedTime } from "./expected-time.js";
import { workerHoursFacts, threadsText, type PaidWorkers } from "./worker-cost.js";

export interface OpenTrials {
  readonly trials: number;
  readonly why: string | null;
  /** How trials run concurrently. Defaults to taking turns on one engine. */
  readonly how?: string;
  /** Total threads of remote workers; absent: only the notebook's machine is used. */
  readonly cores?: number;
  /** Price of the workers; `measured`: threads of this machine on which the estimated time is based. */
  readonly paid?: PaidWorkers & { readonly measured: number };
}
export type SweepFact = readonly [name: string, value: string, note: string];

export interface PlannedSweep {
  readonly name: string;
  readonly sweep: SweepPlan;
  readonly open?: OpenTrials;
  /** Cost of the cheapest and the most expensive trial; null: nothing could be planned. */
  readonly costs?: CostRange | null;
}

/** `folded`: the sweep is over, so its results are more important. */
export function sweepPlanView(
  { name, sweep, open, costs }: PlannedSweep,
  { id, folded = false }: { readonly id?: string; readonly folded?: boolean } = {},
): DisplayOutput {
  const title = `Plan of ${name}: sweep ${sweep.model} on ${sweep.data}`;
  const facts = sweepFacts(sweep, open, costs);
  const rows = facts.map(([key, value, note]): HtmlPart[] => [
    key,
    html`<b style="font-weight:600">${value}</b>${note && html` <span style="opacity:.72">${note}</span>`}`,
  ]);
  const table = htmlTable({ rows });
  return displayOutputOf(
    [
      title,
      textTable(
        null,
        facts.map(([key, value, note]) => [key, note ? `${value}  (${note})` : value]),
      ),
    ].join("\n"),
    folded
      ? html`<details style="${FRAME_STYLE}">
          <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${title}</summary>
          <div>${table}</div>
        </details>`
      : card(title, table),
    {},
    id,
  );
}

/** Returns name, value and note of each fact. */
export function sweepFacts(sweep: SweepPlan, open?: OpenTrials, costs: CostRange | null = null): readonly SweepFact[] {
  const found = sweepSizeOf(sweep, costs);
  const { pruner, start = [], repeats } = sweep;
  return [
    ["varies", clip(Object.keys(sweep.vary).join(", "), 100), spaceText(sweep, found)],
    ["search", callText(sweep.search), pruner ? `poor trials given up by ${callText(pruner)}` : ""],
    ...(start.length > 0
      ? [["starts from", start.map((one) => ("sweep" in one ? one.sweep : one.journal)).join(", "), ""] as const]
      : []),
    ["goal", goalText(sweep), ""],
    trialsFact(sweep, found),
    timeFact("a trial", found, 1, repeats === undefined ? "" : `with ${plural(repeats, "seed")}`),
    ...(found.most === null
      ? []
      : [timeFact("all", found, found.most, pruner ? "less if trials are stopped early" : "")]),
    ...(sweep.budgetMs === null ? [] : [budgetFact(sweep.budgetMs / 1000, found)]),
    ...(sweep.budgetTokens === undefined ? [] : [tokensFact(sweep.budgetTokens, found)]),
    ...(open ? [["open at once", groupedNumber(open.trials), openText(open)] as const] : []),
    ...searchFact(sweep),
    ...(open?.paid === undefined ? [] : sweepHours(found, open.paid)),
  ];
}

/** Location of the search process, which must keep running. */
function searchFact(sweep: SweepPlan): readonly SweepFact[] {
  const found = searchRunLocationOf(sweep);
  if (!found) return [];
  if (found.where === "cluster") return [["search runs", "on the cluster", "the notebook may be closed"]];
  return [["search runs", "in the notebook", found.isRequested ? "" : (found.why ?? "")]];
}

function openText({ trials, why, how }: OpenTrials): string {
  if (how !== undefined) return [how, why].filter(Boolean).join("; ");
  return why ?? (trials > 1 ? "in turns on one engine" : "");
}

/** Converts this machine's time with all its threads to worker hours, assuming workers of equal speed per thread. */
function sweepHours({ trial, ends, most }: SweepSize, paid: NonNullable<OpenTrials["paid"]>): readonly SweepFact[] {
  const { seconds, secondsBetween } = ends?.least ?? trial;
  const dearest = ends?.most ?? trial;
  const scope = most === null ? "a trial" : `all trials, ${threadsText(paid)}`;
  if (paid.gpus !== undefined) return workerHoursFacts(paid, null, scope);
  if (seconds === null || dearest.seconds === null) return [];
  const each = (one: number): number => (one * (most ?? 1) * paid.measured) / (paid.count * paid.threads);
  const [low, high] = [secondsBetween?.[0] ?? seconds, dearest.secondsBetween?.[1] ?? dearest.seconds];
  const there = { seconds: each(seconds), to: each(dearest.seconds), between: [each(low), each(high)] as const };
  return workerHoursFacts(paid, there, scope);
}

function spaceText(sweep: SweepPlan, { points, dimensions }: SweepSize): string {
  const dimensionText = plural(dimensions, "dimension");
  const size = points === null ? "no end of values" : plural(Number(points), "combination");
  return [dimensionText, size, sweep.where && "some of them excluded by `where`"].filter(Boolean).join(", ");
}
function goalText({ goals }: SweepPlan): string {
  return goals.map(({ direction, metric }) => `${direction} ${metricName(metric, registry)}`).join(", ");
}

function trialsFact({ trials }: SweepPlan, { most, grid, points, inBudget, inTokens }: SweepSize): SweepFact {
  const bounds = [inBudget?.about, inTokens].filter((bound) => typeof bound === "number");
  if (most === null) {
    const about =
      bounds.length > 0 ? `about ${groupedNumber(Math.min(...bounds))}` : "as many as start within the budget";
    return ["trials", about, bounds.length > 0 ? "as many as start within the budget" : ""];
  }
  if (grid === null && points !== null && most >= Number(points) && most !== trials)
    return ["trials", `at most ${groupedNumber(most)}`, "each combination once"];
  const walk = grid === null ? "" : `${plural(Number(grid), "point")} of the grid`;
  const cut = grid !== null && trials !== null && trials < Number(grid) ? `the first of ${walk}` : walk;
  return ["trials", `at most ${groupedNumber(most)}`, cut];
}

function timeFact(name: string, { trial, ends }: SweepSize, times: number, more: string): SweepFact {
  if (ends) return endsFact(name, ends, times, more);
  const { seconds, secondsBetween: between } = trial;
  if (seconds === null) return [name, expectedTime(trial).value, expectedTime(trial).note];
  const interval = between && `${durationText(between[0] * times)} to ${durationText(between[1] * times)}`;
  const tokens = `${compactNumber(trial.tokens * times)} tokens`;
  return [name, `about ${durationText(seconds * times)}`, [interval, tokens, more].filter(Boolean).join(", ")];
}

/** Fact for costs that vary: from the cheapest to the most expensive values. */
function endsFact(
  name: string,
  { least, most }: NonNullable<SweepSize["ends"]>,
  times: number,
  more: string,
): SweepFact {
  const [few, many] = [least, most].map(({ tokens }) => compactNumber(tokens * times));
  const tokens = few === many ? `${String(few)} tokens` : `${String(few)} to ${String(many)} tokens`;
  const note = (...words: readonly string[]): string => [...words, tokens, more].filter(Boolean).join(", ");
  if (least.seconds === null || most.seconds === null)
    return [name, expectedTime(least).value, note(expectedTime(least).note, "depending on the varied settings")];
  const value = `about ${durationText(least.seconds * times)} to ${durationText(most.seconds * times)}`;
  const [low, high] = [least.secondsBetween?.[0] ?? least.seconds, most.secondsBetween?.[1] ?? most.seconds];
  return [
    name,
    value,
    note(
      "depending on the varied settings",
      `${durationText(low * times)} to ${durationText(high * times)} at the outside`,
    ),
  ];
}

/** States the number of trials that fit the budget, if all of them would take longer. */
function budgetFact(budget: number, { inBudget, most }: SweepSize): SweepFact {
  if (inBudget === null) return ["budget", durationText(budget), "no trial starts after it"];
  const { about, between } = inBudget;
  if (most !== null && most <= between[0]) return ["budget", durationText(budget), "enough for all"];
  const [least, top] = between.map((one) => (most === null ? one : Math.min(one, most)));
  const range = least === top ? "" : ` (${groupedNumber(least ?? 0)} to ${groupedNumber(top ?? 0)})`;
  const fits = most === null ? about : Math.min(about, most);
  const all =
    fits === most ? `all ${plural(fits, "trial")}` : `${groupedNumber(fits)} of ${plural(most ?? fits, "trial")}`;
  const trialText = most === null ? plural(fits, "trial") : all;
  return ["budget", durationText(budget), `about ${trialText} start in it${range}`];
}
function tokensFact(budget: number, { inTokens, most }: SweepSize): SweepFact {
  if (inTokens === null) return ["token budget", compactNumber(budget), ""];
  if (most !== null && most <= inTokens) return ["token budget", compactNumber(budget), "enough for all"];
  const trialText =
    most === null ? plural(inTokens, "trial") : `${groupedNumber(inTokens)} of ${plural(most, "trial")}`;
  return ["token budget", compactNumber(budget), `about ${trialText} start in it`];
}
