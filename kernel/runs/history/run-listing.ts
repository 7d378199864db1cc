/**
 * Arranges the table of runs: filtered by words and tags, ranked by a column, trials of a sweep grouped. Scores are
 * ranked only among the same rows: runs scored on other data have a separate section.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { plural } from "../../host/value-text.js";
import type { TrialListing } from "../together/trials.js";
import { shortDataHash, type ListedScore, type RunState, type RunSummary } from "./newest-scores.js";
import { normaliseTag } from "./run-notes.js";
import type { RunView, RunSortKey } from "./run-view.js";

export { RUN_SORT_KEYS, defaultRunView, type RunView, type RunSortKey } from "./run-view.js";

export interface RunQuery extends RunView {
  /** Revision of an earlier response, or 0. */
  readonly since: number;
}

/** A score that runs have, on any data or on specific rows. */
export interface ScoreChoice {
  readonly key: string;
  readonly metric: string;
  readonly better: MetricDirection;
  /** For example `reviews.test`; null for the newest score of each run. */
  readonly on: string | null;
  readonly runs: number;
}
export type RunListRow =
  | { readonly is: "run"; readonly id: string; readonly score: ListedScore | null; readonly under: string | null }
  | {
      readonly is: "sweep";
      readonly key: string;
      readonly name: string;
      readonly trials: number;
      /** The runs are seeds of one recipe. */
      readonly seeds?: true;
      readonly live: number;
      readonly failed: number;
      readonly open: boolean;
      /** Score of the best trial. */
      readonly score: ListedScore | null;
      readonly best: { readonly id: string; readonly number: number; readonly values: string | null } | null;
      readonly newest: string;
    }
  | { readonly is: "heading"; readonly text: string; readonly runs: number };
export interface RunListing {
  /** Revision of the table; a later request that sends it as `since` gets only the changes. */
  readonly revision: number;
  readonly rows: readonly RunListRow[];
  /** Ids of the runs among the rows, in order. */
  readonly order: readonly string[];
  /** Number of runs that match the filter. */
  readonly total: number;
  readonly all: number;
  /** Number of rows omitted because of the limit. */
  readonly left: number;
  readonly scores: readonly ScoreChoice[];
  readonly score: ScoreChoice | null;
  /** All data sets with scores, most frequent first. */
  readonly data: readonly string[];
  readonly tags: readonly string[];
  readonly runs: readonly RunSummary[];
  /** Why the folder cannot be read. */
  readonly problem?: string;
}
type Arranged = Omit<RunListing, "revision" | "runs" | "problem"> & { readonly ids: readonly string[] };

export function arrangeRuns(all: readonly RunSummary[], view: RunView): Arranged {
  const runs =
    view.on === null ? all : all.map((run) => ({ ...run, scores: run.scores.filter(({ on }) => on === view.on) }));
  const fits = runFilterOf(view.filter);
  const fitting = runs.filter(fits);
  const { scores, usual } = choicesOf(runs);
  const score = scores.find((one) => one.key === view.score) ?? scores.find((one) => one.key === usual) ?? null;
  const items = view.fold ? folded(fitting, score, view) : fitting.map((run) => single(run, score, view));
  const sections = sectionsOf(items, view, score);
  const rows: RunListRow[] = [];
  let shown = 0;
  for (const { heading, items } of sections) {
    if (shown >= view.limit) break;
    if (heading !== null)
      rows.push({ is: "heading", text: heading, runs: items.reduce((sum, one) => sum + one.runs.length, 0) });
    for (const item of items.slice(0, view.limit - shown)) rows.push(...rowsOf(item, view, score));
    shown += Math.min(items.length, view.limit - shown);
  }
  const ids = rows.flatMap((row) =>
    row.is === "run" ? [row.id] : row.is === "sweep" ? [row.newest, ...(row.best ? [row.best.id] : [])] : [],
  );
  return {
    order: rows.flatMap((row) => (row.is === "run" ? [row.id] : [])),
    rows,
    total: fitting.length,
    all: runs.length,
    left: items.length - shown,
    scores,
    score,
    data: dataOf(all),
    tags: [...new Set(runs.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b)).slice(0, 200),
    ids: [...new Set(ids)],
  };
}

/** State names in the panel. */
const stateTexts: Readonly<Partial<Record<RunState, string>>> = {
  early: "stopped early",
  killed: "cut off",
  broken: "damaged",
};

/**
 * Returns a predicate: a run must match all words. `tag:x` and `tag:"x y"` match one of its tags exactly,
 * `experiment:x` its experiment.
 */
export function runFilterOf(filter: string): (run: RunSummary) => boolean {
  const words = filter.toLowerCase().match(/(?:tag|experiment):"[^"]*"|\S+/g) ?? [];
  return (run) => {
    const { name, model, base, technique, data, state, id, experiment = "", tags, note } = run;
    const texts = [name, model, base, technique, data, state, stateTexts[state], id, experiment, note, ...tags];
    const text = texts.join(" ").toLowerCase();
    return words.every((word) => {
      const [, key, wanted] = /^(tag|experiment):(.+)$/.exec(word) ?? [];
      if (wanted === undefined) return text.includes(word);
      const plain = wanted.replace(/^"|"$/g, "");
      if (key === "experiment") return experiment.toLowerCase() === plain;
      const whole = normaliseTag(plain);
      return tags.some((one) => one.toLowerCase() === whole);
    });
  };
}

function dataOf(runs: readonly RunSummary[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { scores } of runs)
    for (const on of new Set(scores.map((one) => one.on))) counts.set(on, (counts.get(on) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 200)
    .map(([on]) => on);
}

const keyOf = (metric: string, rows: string | null): string => (rows === null ? metric : `${metric} @ ${rows}`);

/** Returns the available scores. `usual`: the default, from the newest evaluation, else from validation. */
function choicesOf(runs: readonly RunSummary[]): {
  readonly scores: readonly ScoreChoice[];
  readonly usual: string | null;
} {
  const found = new Map<
    string,
    { choice: ScoreChoice; runs: Set<string>; on: Map<string, { label: string; runs: Set<string> }> }
  >();
  let newest: ListedScore | null = null;
  for (const run of runs)
    for (const one of run.scores) {
      if (one.at !== null && (newest?.at ?? "") < one.at) newest = one;
      const choice = { key: one.metric, metric: one.metric, better: one.better, on: null, runs: 0 };
      const entry = found.get(one.metric) ?? { choice, runs: new Set(), on: new Map() };
      found.set(one.metric, entry);
      entry.runs.add(run.id);
      const on = entry.on.get(one.rows) ?? { label: one.on, runs: new Set() };
      entry.on.set(one.rows, on);
      on.runs.add(run.id);
    }
  const trained = (metric: string): number => (metric.startsWith("validation ") ? 1 : 0);
  const ordered = [...found.values()].sort(
    (a, b) => trained(a.choice.metric) - trained(b.choice.metric) || b.runs.size - a.runs.size,
  );
  const scores = ordered.flatMap(({ choice, runs: having, on }): ScoreChoice[] => {
    const several = on.size > 1 ? [...on].sort((a, b) => b[1].runs.size - a[1].runs.size).slice(0, 20) : [];
    const labels = several.map(([, { label }]) => label);
    return [
      { ...choice, runs: having.size },
      ...several.map(([rows, { label, runs: those }]) => ({
        ...choice,
        key: keyOf(choice.metric, rows),
        runs: those.size,
        on: labels.filter((one) => one === label).length > 1 ? `${label} (content ${shortDataHash(rows)})` : label,
      })),
    ];
  });
  return { scores: scores.slice(0, 200), usual: newest?.metric ?? scores[0]?.metric ?? null };
}

function scoreIn(run: RunSummary, choice: ScoreChoice | null): ListedScore | null {
  if (!choice) return null;
  const fits = (one: ListedScore): boolean =>
    one.metric === choice.metric && (choice.on === null || keyOf(one.metric, one.rows) === choice.key);
  return run.scores.find(fits) ?? null;
}

/**
 * Whether runs may show different scores: only if the table is not ranked by score. Each is then shown with its name.
 */
function mixes({ on, sort }: RunView): boolean {
  return on === null && sort !== "score";
}
/** Returns the score of a run without the selected one: the same metric in validation, else its newest score. */
function lastScore({ scores }: RunSummary, choice: ScoreChoice | null): ListedScore | null {
  return scores.find(({ metric }) => metric === `validation ${choice?.metric ?? ""}`) ?? scores[0] ?? null;
}

/** An unplaced row: a run, or a sweep with its trials. */
interface Item {
  readonly runs: readonly RunSummary[];
  readonly sweep: string | null;
  /** The newest trial, or the run itself. */
  readonly newest: RunSummary;
  readonly best: RunSummary | null;
  readonly score: ListedScore | null;
}
function single(run: RunSummary, choice: ScoreChoice | null, view: RunView): Item {
  const score = scoreIn(run, choice) ?? (mixes(view) ? lastScore(run, choice) : null);
  return { runs: [run], sweep: null, newest: run, best: null, score };
}
const trialOf = (run: RunSummary): TrialListing => mustExist(run.trial, `the trial of ${run.id}`);
function folded(runs: readonly RunSummary[], choice: ScoreChoice | null, view: RunView): readonly Item[] {
  const byGoal = mixes(view) && view.score === null;
  const sweeps = new Map<string, RunSummary[]>();
  for (const run of runs) if (run.trial) sweeps.set(run.trial.key, [...(sweeps.get(run.trial.key) ?? []), run]);
  return [
    ...runs.filter((run) => !run.trial).map((run) => single(run, choice, view)),
    ...[...sweeps].map(([key, all]): Item => {
      // Ties are won by the first trial, as in the sweep.
      const trials = all.toSorted((a, b) => trialOf(a).number - trialOf(b).number);
      const newest = trials.reduce((a, b) => (byStart(a, b) <= 0 ? a : b));
      return { runs: trials, sweep: key, newest, ...((byGoal ? bestByGoal(trials) : null) ?? bestOf(trials, choice)) };
    }),
  ];
}
type Best = Pick<Item, "best" | "score">;
/** Selects by the chosen score if trials have it, else by the sweep's objective. */
function bestOf(trials: readonly RunSummary[], choice: ScoreChoice | null): Best {
  const scored = trials.flatMap((run) => {
    const score = scoreIn(run, choice);
    return score && score.value !== null ? [{ run, score }] : [];
  });
  if (scored.length === 0) return bestByGoal(trials) ?? { best: null, score: null };
  // Trials of a sweep are trained on the same data; later scores on other rows are ignored.
  const rows = mostCommon(scored.map(({ score }) => score.rows));
  const { run, score } = scored
    .filter(({ score }) => score.rows === rows)
    .reduce((a, b) => (compared(b.score, a.score) < 0 ? b : a));
  return { best: run, score };
}
/** Returns null if the sweep's objective is unknown, or no trial has a value. */
function bestByGoal(trials: readonly RunSummary[]): Best | null {
  const goal = trials.find(({ trial }) => trial?.goal)?.trial?.goal;
  const tried = trials.flatMap((run) => {
    const score = run.trial?.score ?? null;
    return score === null ? [] : [{ run, score }];
  });
  if (!goal || tried.length === 0) return null;
  const sign = goal.direction === "minimize" ? 1 : -1;
  return { best: tried.reduce((a, b) => (sign * (b.score - a.score) < 0 ? b : a)).run, score: null };
}
function mostCommon(all: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>((a, b) => (a && a[1] >= b[1] ? a : b), undefined)?.[0];
}

/** Sorts better scores first and missing values last, in either direction. */
function compared(a: ListedScore | null, b: ListedScore | null, reverse = false): number {
  const [left, right] = [a?.value ?? null, b?.value ?? null];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return (left - right) * (a?.better === "less" ? 1 : -1) * (reverse ? -1 : 1);
}
function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
function byStart(a: RunSummary, b: RunSummary): number {
  return inOrder(b.started ?? "", a.started ?? "") || inOrder(b.id, a.id);
}
function byNumber(a: number | null, b: number | null, reverse: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return (a - b) * (reverse ? -1 : 1);
}
function sorting({ sort, reverse }: RunView): (a: Item, b: Item) => number {
  const flip = reverse ? -1 : 1;
  const started = (a: Item, b: Item): number => byStart(a.newest, b.newest);
  const ways: Readonly<Record<RunSortKey, (a: Item, b: Item) => number>> = {
    started: (a, b) => flip * started(a, b),
    name: (a, b) => flip * nameOf(a).localeCompare(nameOf(b), "en", { numeric: true }),
    score: (a, b) => compared(a.score, b.score, reverse),
    loss: (a, b) => byNumber(lossOf(a), lossOf(b), reverse),
    seconds: (a, b) => byNumber(secondsOf(a), secondsOf(b), reverse),
  };
  return (a, b) => ways[sort](a, b) || started(a, b);
}
const nameOf = ({ sweep, newest }: Item): string => (sweep === null ? newest.name : trialOf(newest).sweep);
const lossOf = ({ runs }: Item): number | null =>
  runs.reduce<number | null>(
    (least, { loss }) => (loss !== null && (least === null || loss < least) ? loss : least),
    null,
  );
const secondsOf = ({ runs }: Item): number | null =>
  runs.reduce<number | null>((sum, { seconds }) => (seconds === null ? sum : (sum ?? 0) + seconds), null);

interface Section {
  readonly heading: string | null;
  readonly items: readonly Item[];
}
/**
 * Groups by scored rows, so that a ranking never mixes different rows. Rows on which most runs were scored come first.
 */
function sectionsOf(items: readonly Item[], view: RunView, choice: ScoreChoice | null): readonly Section[] {
  const order = sorting(view);
  if (view.sort !== "score" || !choice) return [{ heading: null, items: items.toSorted(order) }];
  const byRows = grouped(items);
  const without = byRows.get(null) ?? [];
  byRows.delete(null);
  const several = [...byRows.values()].sort((a, b) => b.length - a.length);
  const labels = several.map((group) => group[0]?.score?.on ?? "");
  const sections = several.map((group, i): Section => {
    const { on = "", count = null, rows = "" } = group[0]?.score ?? {};
    const twice = labels.filter((one) => one === labels[i]).length > 1;
    const which = [count === null ? null : plural(count, "row"), twice ? `content ${shortDataHash(rows)}` : null]
      .filter(Boolean)
      .join(", ");
    const text = `${choice.metric} on ${on}${which ? ` (${which})` : ""}`;
    return { heading: text, items: group.toSorted(order) };
  });
  if (without.length === 0) return sections;
  const on = choice.on ?? view.on;
  const heading = several.length > 0 ? `without ${choice.metric}${on === null ? "" : ` on ${on}`}` : null;
  return [...sections, { heading, items: without.toSorted(order) }];
}
function grouped(items: readonly Item[]): Map<string | null, Item[]> {
  const found = new Map<string | null, Item[]>();
  for (const one of items) found.set(one.score?.rows ?? null, [...(found.get(one.score?.rows ?? null) ?? []), one]);
  return found;
}

function rowsOf(item: Item, view: RunView, choice: ScoreChoice | null): readonly RunListRow[] {
  const { sweep, runs, newest, best, score } = item;
  if (sweep === null) return [{ is: "run", id: newest.id, score, under: null }];
  const open = view.open.includes(sweep);
  const live = runs.filter(({ state }) => state === "running" || state === "starting" || state === "stopping").length;
  const failed = runs.filter(({ state }) => state === "failed" || state === "killed" || state === "broken").length;
  const trial = best?.trial;
  const goal = trial?.goal;
  const row: RunListRow = {
    is: "sweep",
    key: sweep,
    name: trialOf(newest).sweep,
    trials: runs.length,
    ...(trialOf(newest).seeds && { seeds: true as const }),
    live,
    failed,
    open,
    newest: newest.id,
    score: score ?? (goal && trial.score !== null ? goalScore(goal, trial.score) : null),
    best: best && trial ? { id: best.id, number: trial.number, values: trial.values } : null,
  };
  if (!open) return [row];
  const inside = runs.map((run) => single(run, choice, view));
  const turn = (a: Item, b: Item): number => trialOf(b.newest).number - trialOf(a.newest).number;
  const order = view.sort === "started" || view.sort === "name" ? turn : sorting(view);
  return [
    row,
    ...inside
      .toSorted(order)
      .slice(0, 500)
      .map(({ newest: one, score: listed }): RunListRow => ({ is: "run", id: one.id, score: listed, under: sweep })),
  ];
}
function goalScore(
  { metric, direction }: { readonly metric: string; readonly direction: string },
  value: number,
): ListedScore {
  const better = direction === "minimize" ? "less" : "greater";
  return {
    metric: `validation ${metric}`,
    value,
    low: null,
    high: null,
    better,
    on: "validation",
    rows: "",
    count: null,
    step: 0,
    at: null,
  };
}
