/** The table of runs for a terminal and for programs. */
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { textTable } from "#kernel/display/text-table.js";
import { epsilonText } from "#kernel/display/curves/time-spent.js";
import { clip, durationText, plural, significantText } from "#kernel/host/value-text.js";
import type { ListedScore, RunSummary } from "#kernel/runs/history/newest-scores.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import {
  defaultRunView,
  type RunListRow,
  type RunListing,
  type RunQuery,
  type RunSortKey,
} from "#kernel/runs/history/run-listing.js";
import { normaliseTag, writeRunNotes } from "#kernel/runs/history/run-notes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { runsFolder } from "./runs-folder.js";
import { serversOfRunsFolder, serversText } from "../serving-table.js";

export interface RunsTableRequest {
  readonly filter: string;
  /** A column or a metric. */
  readonly sort: string;
  /** Such as `reviews.test`; null: each run's newest scores. */
  readonly on: string | null;
  readonly reverse: boolean;
  readonly fold: boolean;
  readonly limit: string;
  readonly json: boolean;
}

/** `loss` names the metric if runs have a score of that name. */
const columns: ReadonlyMap<string, RunSortKey> = new Map([
  ["started", "started"],
  ["name", "name"],
  ["seconds", "seconds"],
  ["training loss", "loss"],
  ["loss", "loss"],
]);

/** `folder`: that of a notebook, or of runs. Coded error: `bad-usage`. */
export async function runsText(folder: string, { sort, limit, json, ...request }: RunsTableRequest): Promise<string> {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1) throw usage(`--limit must be an integer from 1, not ${limit}`);
  const list = await listOf(folder);
  const view = { ...defaultRunView, ...request, limit: most, since: 0 };
  const all = list.list(view);
  const { on } = request;
  if (on !== null && all.all > 0 && !all.data.includes(on)) throw usage(unscored(on, all));
  const exact = all.scores.find((one) => one.key === sort);
  const validated = all.scores.find((one) => one.key === `validation ${sort}`);
  const metric = exact ?? (on !== null || !columns.has(sort) ? validated : undefined);
  const column = metric ? undefined : columns.get(sort);
  if (!column && !metric && all.all > 0) throw usage(unknown(sort, on, all));
  // A ranking shows each trial at its own rank; otherwise trials are listed under their sweep.
  const ranked = column === undefined && metric !== undefined;
  const open = view.fold || ranked ? [] : sweepsOf(list, view);
  const listing = list.list({
    ...view,
    fold: view.fold || !ranked,
    open,
    sort: column ?? ("score" satisfies RunSortKey),
    score: metric?.key ?? null,
  });
  const servers = serversOfRunsFolder(list.root);
  if (json) return `${JSON.stringify({ on, ...plain(listing), servers }, null, 2)}\n`;
  const odd = listing.total === 0 && listing.all > 0 ? oddFilters(request.filter) : "";
  return `${table(listing, list.root, column === "loss")}${odd}${serversText(servers)}`;
}

/** Hints for a filter without matches: words that look like a keyed filter but are not. */
function oddFilters(filter: string): string {
  const odd = filter.split(/\s+/).flatMap((word) => /^(\w+):(.+)$/.exec(word)?.[1] ?? []);
  const unknown = odd.filter((key) => key !== "tag" && key !== "experiment");
  if (unknown.length === 0) return "";
  return `there is no filter ${clip(unknown[0] ?? "", 40)}: (there are tag: and experiment:); any other word is searched in all texts of a run\n`;
}

function sweepsOf(list: RunList, view: RunQuery): readonly string[] {
  const { rows } = list.list({ ...view, fold: true, limit: Number.MAX_SAFE_INTEGER });
  return rows.flatMap((row) => (row.is === "sweep" ? [row.key] : []));
}

/** Edits a run's notes; returns them as text. Coded errors: `bad-usage`, `run-not-noted`. */
export async function editRunNotes(
  folder: string,
  wanted: string,
  change: { readonly note: readonly string[]; readonly add: readonly string[]; readonly take: readonly string[] },
): Promise<string> {
  const runPath = pathOf(folder, wanted);
  const list = runPath === null ? await listOf(folder) : await looked(dirname(runPath));
  const run = runNamed(list, runPath === null ? wanted : basename(runPath), wanted);
  const taken = new Set(change.take.map((tag) => normaliseTag(tag).toLowerCase()));
  const tags = [...run.tags, ...change.add].filter((tag) => !taken.has(tag.toLowerCase()));
  const note = change.note.length > 0 ? change.note.join(" ") : run.note;
  const savedNotes = await writeRunNotes(list, run.id, { tags, note });
  return `${[run.id, savedNotes.tags.map((tag) => `#${tag}`).join(" "), savedNotes.note].filter(Boolean).join("\n")}\n`;
}

async function listOf(folder: string): Promise<RunList> {
  return await looked(runsFolder(folder));
}
async function looked(root: string): Promise<RunList> {
  const list = new RunList(root);
  await list.look();
  return list;
}

/** Resolves a path, relative to the folder if it exists there, else to the working folder. Null: it is a name. */
function pathOf(folder: string, wanted: string): string | null {
  if (!/[\\/]/.test(wanted) && wanted !== "." && wanted !== "..") return null;
  const inside = resolve(folder, wanted);
  return existsSync(inside) ? inside : resolve(wanted);
}

/** Finds a run by id. `wantedName`: the argument as the user wrote it, for errors. */
function runNamed(list: RunList, id: string, wantedName: string): RunSummary {
  const { runs } = list.list({ ...defaultRunView, fold: false, limit: Number.MAX_SAFE_INTEGER, since: 0 });
  const found = runs.find((run) => run.id === id);
  if (found) return found;
  const named = runs.filter((run) => run.name === wantedName);
  if (named.length === 1) return named[0]!;
  if (named.length === 0) throw usage(`there is no run ${clip(wantedName, 80)} in ${list.root}`);
  throw usage(
    `several runs are called ${clip(wantedName, 80)}: ${listNames(
      named.map((run) => run.id),
      { most: 5 },
    )}`,
  );
}
function unscored(on: string, { data }: RunListing): string {
  const has = data.length > 0 ? `; there are scores on ${listNames(data)}` : "";
  return `no run was scored on ${clip(on, 80)}${has}`;
}
function unknown(sort: string, on: string | null, { scores }: RunListing): string {
  const metrics = [...new Set(scores.map(({ metric }) => metric))];
  const all = new Set([...[...columns.keys()].slice(0, 4), ...metrics]);
  const has = [...all].map((one) => (/\s/.test(one) ? JSON.stringify(one) : one)).join(", ");
  return `runs have no column ${clip(sort, 80)}${on === null ? "" : ` on ${on}`}; there are ${has}`;
}
function usage(message: string): CodedError {
  return new CodedError("bad-usage", { message, command: "tunebook runs" });
}

/** JSON for programs: each run with all its scores, in the table's order. */
function plain({ rows, runs, total, all, score, problem }: RunListing): object {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return {
    total,
    all,
    score,
    ...(problem !== undefined && { problem }),
    rows: rows.map((row) => (row.is === "run" ? { ...row, run: byId.get(row.id) } : row)),
  };
}

const lossName = "training loss";
/** `byLoss`: shows all losses; otherwise only those of runs without a score. */
function table(listing: RunListing, root: string, byLoss: boolean): string {
  const { rows, runs, total, all, left, score, problem } = listing;
  if (problem !== undefined) return `${root} cannot be read: ${problem}\n`;
  if (all === 0) return `no runs in ${root}\n`;
  const byId = new Map(runs.map((run) => [run.id, run]));
  const lossOf = (row: RunListRow): string => {
    const loss = row.is === "run" && (byLoss || !row.score) ? byId.get(row.id)?.loss : null;
    return loss === null || loss === undefined ? "" : significantText(loss);
  };
  const losses = rows.some((row) => lossOf(row) !== "");
  const spentBy = (row: RunListRow): string => {
    const spent = row.is === "run" ? byId.get(row.id)?.epsilon : undefined;
    return spent === undefined ? "" : epsilonText(spent);
  };
  const spends = rows.some((row) => spentBy(row) !== "");
  const head = [
    ...["name", "state", "data", "began", "steps", ...(losses ? [lossName] : []), ...(spends ? ["spent"] : [])],
    ...[score?.metric ?? "score", "95 % interval", "on", "tags"],
  ];
  const align = head.map((_, i) => (i >= 4 && i < head.length - 3 ? "right" : "left"));
  const lines = rows.flatMap((row) => {
    if (row.is === "heading") return [];
    const { about, scored } = cells(row, byId, score?.metric ?? null);
    return [[...about, ...(losses ? [lossOf(row)] : []), ...(spends ? [spentBy(row)] : []), ...scored]];
  });
  const [first = "", rule = "", ...texts] = textTable(head, lines, align).split("\n");
  // Headings are excluded from column widths, as they may be longer.
  const body = rows.map((row) => (row.is === "heading" ? `\n${row.text}` : (texts.shift() ?? "")));
  const end = [
    `${total === all ? all : `${total} of ${all}`} ${all === 1 ? "run" : "runs"}`,
    foldedText(rows),
    left > 0 && `${left} more lines: --limit`,
  ]
    .filter(Boolean)
    .join(", ");
  const damaged = runs.flatMap(({ id, state, problem }) =>
    problem === undefined || (state === "killed" && !problem.includes("lost")) ? [] : `damaged: ${id}: ${problem}`,
  );
  return `${[first, rule, ...body].join("\n")}\n${[...damaged, ...reasons(rows, byId), end].join("\n")}\n`;
}
/** Counts the runs without a line of their own; false if there are none. */
function foldedText(rows: readonly RunListRow[]): string | false {
  if (rows.some((row) => row.is === "run" && row.under !== null)) return false;
  const sweeps = rows.flatMap((row) => (row.is === "sweep" ? [row] : []));
  const folded = sweeps.reduce((sum, { trials }) => sum + trials, 0);
  if (folded === 0) return false;
  const what = [
    ...(sweeps.some(({ seeds }) => !seeds) ? ["trials"] : []),
    ...(sweeps.some(({ seeds }) => seeds) ? ["seeds"] : []),
  ].join(" or ");
  return `${folded} of them ${what} in ${sweeps.length === 1 ? "one line" : `${String(sweeps.length)} lines`} (\`--trials\` shows each)`;
}
/** Explains scores in the table that are NaN. */
function reasons(rows: readonly RunListRow[], byId: ReadonlyMap<string, RunSummary>): readonly string[] {
  return rows.flatMap((row) => {
    if (row.is !== "run" || row.score?.why === undefined) return [];
    const { metric, on, why } = row.score;
    return [`NaN: ${byId.get(row.id)?.name ?? row.id}: ${metric} on ${on}: ${why}`];
  });
}
/** A line's cells before and after the training loss. */
function cells(
  row: Exclude<RunListRow, { is: "heading" }>,
  byId: ReadonlyMap<string, RunSummary>,
  metric: string | null,
): { readonly about: readonly string[]; readonly scored: readonly string[] } {
  const run = byId.get(row.is === "run" ? row.id : row.newest);
  if (!run) return { about: [row.is === "run" ? row.id : row.name], scored: [] };
  const began = run.started?.slice(0, 16).replace("T", " ") ?? "";
  if (row.is === "sweep") {
    const { best } = row;
    const what = [plural(row.trials, row.seeds ? "seed" : "trial"), row.failed > 0 && `${row.failed} failed`]
      .filter(Boolean)
      .join(", ");
    const tried =
      best === null
        ? ""
        : row.seeds
          ? `best: ${best.values ?? `number ${best.number}`}`
          : [`best: trial ${best.number}`, best.values].filter(Boolean).join(", ");
    return {
      about: [`${row.name} (${row.seeds ? "repeats" : "sweep"})`, what, run.data ?? "", began, ""],
      scored: [...scoreCells(row.score, metric), tried],
    };
  }
  const steps = `${run.step}${run.steps === null ? "" : `/${run.steps}`}`;
  const took = run.seconds === null ? "" : ` ${durationText(run.seconds)}`;
  return {
    about: [
      `${row.under === null ? "" : "  "}${run.name}`,
      run.state + (run.detached ? ", detached" : "") + took,
      run.data ?? "",
      began,
      steps,
    ],
    scored: [...scoreCells(row.score, metric), run.tags.join(" ")],
  };
}
/**
 * `metric`: the column's heading; a score by another metric (such as a sweep's goal) has its name before its value.
 */
function scoreCells(score: ListedScore | null, metric: string | null): readonly string[] {
  if (!score) return ["", "", ""];
  const { value, low, high, on } = score;
  const figure = value === null ? "NaN" : significantText(value);
  return [
    metric === null || [metric, `validation ${metric}`].includes(score.metric) ? figure : `${score.metric} ${figure}`,
    low === null || high === null ? "" : `${significantText(low)} – ${significantText(high)}`,
    on,
  ];
}
