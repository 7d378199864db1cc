/** The plan of a sweep before it runs: how many trials, of how many points, what one of them costs and what all may. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { Costs } from "../../study/costs.js";
import { reckoned, type Reckoned } from "../../study/sweep-size.js";
import { searchedIn } from "../../study/search-state.js";
import { shownOf } from "../bundle.js";
import { card, FRAME, html, htmlTable, inked, tone, type Part } from "../html.js";
import type { Shown } from "../bundle-output.js";
import { clip, compact, count, duration, plural } from "../../host/text.js";
import { textTable } from "../text-table.js";
import { callText } from "../../host/value-text.js";
import { expectedTime } from "./expected-time.js";
import { hoursFacts, threadsText, type Paid } from "./hours.js";

/** Trials that are open at a time, and why they aren't more. */
export interface Open {
  readonly trials: number;
  readonly why: string | null;
  /** How they are; absent: in turns on one engine. */
  readonly how?: string;
  /** Threads that work on them together; absent: nobody else's than the notebook's. */
  readonly cores?: number;
  /** How they are paid, and of how many threads of this machine what is estimated here is the time. */
  readonly paid?: Paid & { readonly measured: number };
}
export type SweepFact = readonly [name: string, value: string, note: string];

export interface PlannedSweep {
  readonly name: string;
  readonly sweep: SweepPlan;
  readonly open?: Open;
  /** Of the cheapest trial and the dearest; null: nothing could be planned. */
  readonly costs?: Costs | null;
}

/** `folded`: its trials are over, and what came of them matters more. */
export function sweepPlanShown(
  { name, sweep, open, costs }: PlannedSweep,
  { id, folded = false }: { readonly id?: string; readonly folded?: boolean } = {},
): Shown {
  const title = `Plan of ${name}: sweep ${sweep.model} on ${sweep.data}`;
  const facts = sweepFacts(sweep, open, costs);
  const rows = facts.map(([key, value, note]): Part[] => [
    key,
    html`<b style="font-weight:600">${value}</b>${note && html` <span style="opacity:.72">${note}</span>`}`,
  ]);
  const table = htmlTable({ rows });
  return shownOf(
    [
      title,
      textTable(
        null,
        facts.map(([key, value, note]) => [key, note ? `${value}  (${note})` : value]),
      ),
    ].join("\n"),
    folded
      ? html`<details style="${FRAME}">
          <summary style="cursor:pointer;${inked(tone.accent)}">${title}</summary>
          <div>${table}</div>
        </details>`
      : card(title, table),
    {},
    id,
  );
}

/** Name, figure, and what there is to say of it. */
export function sweepFacts(sweep: SweepPlan, open?: Open, costs: Costs | null = null): readonly SweepFact[] {
  const found = reckoned(sweep, costs);
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
    ...(found.most === null ? [] : [timeFact("all", found, found.most, pruner ? "less what is given up" : "")]),
    ...(sweep.budgetMs === null ? [] : [budgetFact(sweep.budgetMs / 1000, found)]),
    ...(sweep.budgetTokens === undefined ? [] : [tokensFact(sweep.budgetTokens, found)]),
    ...(open ? [["open at once", count(open.trials), openText(open)] as const] : []),
    ...searchFact(sweep),
    ...(open?.paid === undefined ? [] : sweepHours(found, open.paid)),
  ];
}

/** Where what chooses the trials is: that which must stay open. */
function searchFact(sweep: SweepPlan): readonly SweepFact[] {
  const found = searchedIn(sweep);
  if (!found) return [];
  if (found.where === "cluster") return [["search runs", "on the cluster", "the notebook may be closed"]];
  return [["search runs", "in the notebook", found.asked ? "" : (found.why ?? "")]];
}

function openText({ trials, why, how }: Open): string {
  if (how !== undefined) return [how, why].filter(Boolean).join("; ");
  return why ?? (trials > 1 ? "in turns on one engine" : "");
}

/** Work that this machine would do in a time with all its threads, done by workers that are as fast for each thread of theirs. */
function sweepHours({ trial, ends, most }: Reckoned, paid: NonNullable<Open["paid"]>): readonly SweepFact[] {
  const { seconds, secondsBetween } = ends?.least ?? trial;
  const dearest = ends?.most ?? trial;
  const of = most === null ? "a trial" : `all trials, ${threadsText(paid)}`;
  if (paid.gpus !== undefined) return hoursFacts(paid, null, of);
  if (seconds === null || dearest.seconds === null) return [];
  const each = (one: number): number => (one * (most ?? 1) * paid.measured) / (paid.count * paid.threads);
  const [low, high] = [secondsBetween?.[0] ?? seconds, dearest.secondsBetween?.[1] ?? dearest.seconds];
  const there = { seconds: each(seconds), to: each(dearest.seconds), between: [each(low), each(high)] as const };
  return hoursFacts(paid, there, of);
}

function spaceText(sweep: SweepPlan, { points, dimensions }: Reckoned): string {
  const of = plural(dimensions, "dimension");
  const size = points === null ? "no end of values" : plural(Number(points), "combination");
  return [of, size, sweep.where && "some of them forbidden by `where`"].filter(Boolean).join(", ");
}
function goalText({ goals }: SweepPlan): string {
  return goals.map(({ direction, metric }) => `${direction} ${metricName(metric, registry)}`).join(", ");
}

function trialsFact({ trials }: SweepPlan, { most, grid, points, inBudget, inTokens }: Reckoned): SweepFact {
  const bounds = [inBudget?.about, inTokens].filter((bound) => typeof bound === "number");
  if (most === null) {
    const about = bounds.length > 0 ? `about ${count(Math.min(...bounds))}` : "as many as the budget lets begin";
    return ["trials", about, bounds.length > 0 ? "as many as the budget lets begin" : ""];
  }
  if (grid === null && points !== null && most >= Number(points) && most !== trials)
    return ["trials", `at most ${count(most)}`, "each combination once"];
  const walk = grid === null ? "" : `${plural(Number(grid), "point")} of the grid`;
  const cut = grid !== null && trials !== null && trials < Number(grid) ? `the first of ${walk}` : walk;
  return ["trials", `at most ${count(most)}`, cut];
}

function timeFact(name: string, { trial, ends }: Reckoned, times: number, more: string): SweepFact {
  if (ends) return endsFact(name, ends, times, more);
  const { seconds, secondsBetween: between } = trial;
  if (seconds === null) return [name, expectedTime(trial).value, expectedTime(trial).note];
  const interval = between && `${duration(between[0] * times)} to ${duration(between[1] * times)}`;
  const tokens = `${compact(trial.tokens * times)} tokens`;
  return [name, `about ${duration(seconds * times)}`, [interval, tokens, more].filter(Boolean).join(", ")];
}

/** Where what varies costs: from the cheapest values to the dearest. */
function endsFact(
  name: string,
  { least, most }: NonNullable<Reckoned["ends"]>,
  times: number,
  more: string,
): SweepFact {
  const [few, many] = [least, most].map(({ tokens }) => compact(tokens * times));
  const tokens = few === many ? `${String(few)} tokens` : `${String(few)} to ${String(many)} tokens`;
  const note = (...words: readonly string[]): string => [...words, tokens, more].filter(Boolean).join(", ");
  if (least.seconds === null || most.seconds === null)
    return [name, expectedTime(least).value, note(expectedTime(least).note, "by what varies")];
  const value = `about ${duration(least.seconds * times)} to ${duration(most.seconds * times)}`;
  const [low, high] = [least.secondsBetween?.[0] ?? least.seconds, most.secondsBetween?.[1] ?? most.seconds];
  return [name, value, note("by what varies", `${duration(low * times)} to ${duration(high * times)} at the outside`)];
}

/** Says how many trials there is time for where all of them would take longer. */
function budgetFact(budget: number, { inBudget, most }: Reckoned): SweepFact {
  if (inBudget === null) return ["budget", duration(budget), "no trial begins after it"];
  const { about, between } = inBudget;
  if (most !== null && most <= between[0]) return ["budget", duration(budget), "enough for all"];
  const [least, top] = between.map((one) => (most === null ? one : Math.min(one, most)));
  const range = least === top ? "" : ` (${count(least ?? 0)} to ${count(top ?? 0)})`;
  const fits = most === null ? about : Math.min(about, most);
  const all = fits === most ? `all ${plural(fits, "trial")}` : `${count(fits)} of ${plural(most ?? fits, "trial")}`;
  const of = most === null ? plural(fits, "trial") : all;
  return ["budget", duration(budget), `about ${of} begin in it${range}`];
}
function tokensFact(budget: number, { inTokens, most }: Reckoned): SweepFact {
  if (inTokens === null) return ["token budget", compact(budget), ""];
  if (most !== null && most <= inTokens) return ["token budget", compact(budget), "enough for all"];
  const of = most === null ? plural(inTokens, "trial") : `${count(inTokens)} of ${plural(most, "trial")}`;
  return ["token budget", compact(budget), `about ${of} begin in it`];
}
