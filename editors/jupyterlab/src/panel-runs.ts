// The runs of the notebook's folder: searched, ranked and chosen for comparison; and one opened run.
import { useEffect, useState, type ReactElement } from "react";
import { h } from "./element.js";
import { swatch } from "./panel-colors.js";
import { mostChosen } from "./panel-chosen.js";
import { Finding } from "./panel-find.js";
import { Run } from "./panel-run.js";
import type { ListRow, RunSummary, RunTable, View } from "./panel-state.js";
import type { TabProps } from "./panel-tab.js";
import { interval, isLive, number, progress, State } from "./panel-words.js";

type ListedScore = RunSummary["scores"][number];

function ago(started: string | null | undefined, now: number): string | null {
  const then = Date.parse(started ?? "");
  if (Number.isNaN(then)) return null;
  const minutes = Math.max(0, (now - then) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${Math.round(minutes)} min ago`;
  if (minutes < 24 * 60) return `${Math.round(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString();
}

interface SparklineProps {
  readonly curve: readonly number[];
  readonly width?: number;
  readonly height?: number;
}

/** A small chart of the losses; the greatest loss is at the top. */
function Sparkline({ curve, width = 72, height = 20 }: SparklineProps): ReactElement {
  if (curve.length < 2) return h("span", { className: "tunebook-spark" });
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const x = (i: number): string => ((i / (curve.length - 1)) * (width - 2) + 1).toFixed(1);
  const y = (loss: number): string => (height - 2 - ((loss - low) / (high - low || 1)) * (height - 4)).toFixed(1);
  const points = curve.map((loss, i) => `${x(i)},${y(loss)}`).join(" ");
  return h(
    "svg",
    {
      className: "tunebook-spark",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `loss from ${number(curve[0])} to ${number(curve.at(-1))}`,
    },
    h("polyline", { points, fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinejoin: "round" }),
  );
}

export function Runs({ state, follower, actions, stale }: TabProps): ReactElement | null {
  const { runs, run } = state;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  if (run !== null) return h(Run, { id: run, state, follower, actions, stale });
  if (!runs.known)
    return stale ? null : h("p", { className: "tunebook-note", role: "status" }, "Looking at the runs …");
  if (runs.problem)
    return h("p", { className: "tunebook-note", role: "alert" }, `The folder of runs cannot be read: ${runs.problem}`);
  if (runs.all === 0)
    return h(
      "p",
      { className: "tunebook-note" },
      "No runs yet. Each training writes a folder in runs/ beside the notebook, and is shown here while it runs.",
    );
  const { rows, left } = runs;
  return h(
    "div",
    { className: stale ? "tunebook-stale" : undefined },
    h(Finding, { state, follower }),
    h(Choosing, { state, follower, actions, stale }),
    h(
      "ul",
      { className: "tunebook-runs", "aria-label": "Runs" },
      rows.map((row) => h(Line, { key: keyOf(row), row, state, now, follower, actions })),
    ),
    left > 0 &&
      h(
        "button",
        { className: "jp-mod-styled tunebook-more", onClick: () => follower.more() },
        `Show more (${left} left)`,
      ),
  );
}
const keyOf = (row: ListRow): string =>
  `${row.is} ${row.is === "run" ? row.id : row.is === "sweep" ? row.key : row.text}`;
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/** Shows the number of runs and the actions on the chosen ones. */
function Choosing({ state: { runs, chosen }, follower, actions, stale }: TabProps): ReactElement {
  const { total, all } = runs;
  return h(
    "div",
    { className: "tunebook-chosen" },
    h(
      "span",
      { className: "tunebook-faint", role: "status" },
      total === all ? count(all, "run") : `${total} of ${count(all, "run")}`,
    ),
    chosen.size > 0 &&
      h(
        "span",
        null,
        h(
          "button",
          {
            className: "jp-mod-styled",
            disabled: stale,
            onClick: () => follower.panel && actions.compare(follower.panel),
          },
          `Compare curves (${chosen.size})`,
        ),
        h("button", { className: "jp-mod-styled", onClick: () => follower.chooseNone() }, "Clear"),
      ),
  );
}

interface LineProps extends Omit<TabProps, "stale"> {
  readonly row: ListRow;
  /** Current time in milliseconds. */
  readonly now: number;
}

function Line({ row, state, now, follower, actions }: LineProps): ReactElement | null {
  const { runs, chosen, view } = state;
  if (row.is === "heading")
    return h(
      "li",
      { className: "tunebook-heading" },
      h("span", null, row.text),
      h("span", null, count(row.runs, "run")),
    );
  if (row.is === "sweep")
    return h(
      "li",
      null,
      h(Sweep, { row, runs, view, now, follower }),
      row.best && h(BestOf, { sweep: row.name, best: row.best, follower, actions }),
    );
  const run = runs.byId.get(row.id);
  if (!run) return null;
  const slot = chosen.get(run.id);
  return h(
    "li",
    { className: row.under === null ? undefined : "tunebook-under" },
    h(
      "span",
      { className: "tunebook-line" },
      h("input", {
        type: "checkbox",
        "aria-label": `Compare ${run.name}`,
        title: "For the comparison",
        checked: slot !== undefined,
        style: slot === undefined ? undefined : { accentColor: swatch(slot) },
        onChange: () => follower.choose(run.id) || actions.tell(`No more than ${mostChosen} runs can be compared.`),
      }),
      h(Row, {
        run,
        score: row.score,
        mixed: isMixed(runs, view),
        byLoss: view.sort === "loss",
        under: row.under !== null,
        now,
        open: () => void follower.open(run.id),
      }),
    ),
  );
}

/** The score of the column; `mixed`: the runs were scored on different data. */
function Score({ score, mixed }: { readonly score: ListedScore; readonly mixed: boolean }): ReactElement {
  const range = interval(score);
  // A validation score during training always refers to the run's own data, so the data name is omitted.
  const told = mixed && !score.metric.startsWith("validation ") ? `${score.metric} on ${score.on}` : score.metric;
  return h(
    "span",
    {
      className: "tunebook-row tunebook-score",
      title: `${score.metric} on ${score.on}${range ? `, 95 % interval ${range}` : ""}${score.why ? `: ${score.why}` : ""}`,
    },
    h("span", { className: "tunebook-faint" }, told),
    h(
      "span",
      { className: "tunebook-figures" },
      h("b", null, score.value === null ? "NaN" : number(score.value)),
      range && h("span", { className: "tunebook-range" }, range),
    ),
  );
}
function Loss({ loss }: Pick<RunSummary, "loss">): ReactElement {
  return h(
    "span",
    { className: "tunebook-row tunebook-score" },
    h("span", { className: "tunebook-faint" }, "training loss"),
    h("span", { className: "tunebook-figures" }, number(loss)),
  );
}
const isMixed = ({ score, scores }: RunTable, { sort }: View): boolean =>
  sort !== "score" && score?.on === null && scores.some(({ metric, on }) => metric === score.metric && on !== null);

interface SweepProps extends Pick<LineProps, "now" | "follower"> {
  readonly row: Extract<ListRow, { readonly is: "sweep" }>;
  readonly runs: RunTable;
  readonly view: View;
}

function Sweep({ row, runs, view, now, follower }: SweepProps): ReactElement {
  const { key, name, trials, live, failed, open, score, best, newest, seeds } = row;
  const what = [
    ...[seeds ? "repeats" : "sweep", live > 0 && `${live} running`, failed > 0 && `${failed} failed`],
    ago(runs.byId.get(newest)?.started, now),
  ];
  return h(
    "button",
    { className: "tunebook-run tunebook-sweep", "aria-expanded": open, onClick: () => follower.unfold(key) },
    h(
      "span",
      { className: "tunebook-row" },
      h(
        "span",
        null,
        h("span", { className: "tunebook-fold", "aria-hidden": true }, open ? "▾" : "▸"),
        h("span", { className: "tunebook-name" }, name),
      ),
      h("span", { className: "tunebook-state" }, count(trials, seeds ? "seed" : "trial")),
    ),
    h("span", { className: "tunebook-row tunebook-faint" }, h("span", null, what.filter(Boolean).join(" · "))),
    best &&
      h(
        "span",
        { className: "tunebook-faint" },
        [seeds ? "best" : `best: trial ${best.number}`, best.values].filter(Boolean).join(" · "),
      ),
    score && h(Score, { score, mixed: isMixed(runs, view) }),
  );
}

interface BestOfProps extends Pick<LineProps, "follower" | "actions"> {
  readonly sweep: string;
  readonly best: NonNullable<Extract<ListRow, { readonly is: "sweep" }>["best"]>;
}

function BestOf({ sweep, best, follower, actions }: BestOfProps): ReactElement {
  const put = async (): Promise<void> => {
    const program = await follower.program(best.id);
    if (program !== null) await actions.newCell(program);
    else actions.tell("The program of this trial cannot be read.");
  };
  return h(
    "div",
    { className: "tunebook-actions tunebook-best-of" },
    h(
      "button",
      {
        className: "jp-mod-styled",
        title: `Puts the program of trial ${best.number} into a new cell, under a name of its own`,
        "aria-label": `Best of ${sweep} in a new cell`,
        onClick: () => void put(),
      },
      "Best in a new cell",
    ),
  );
}

interface RowProps {
  readonly run: RunSummary;
  readonly score: ListedScore | null;
  readonly mixed: boolean;
  /** Whether runs are ranked by their training loss. */
  readonly byLoss: boolean;
  /** Whether the run is listed under its sweep. */
  readonly under: boolean;
  readonly now: number;
  readonly open: () => void;
}

function Row({ run, score, mixed, byLoss, under, now, open }: RowProps): ReactElement {
  const { name, state, detached, problem, model, data, technique, started, step, steps, loss, curve, tags, note } = run;
  const made = [model !== name && !under && model, data && !under && `on ${data}`].filter(Boolean).join(" ");
  const what = [under ? run.trial?.values : made || technique, ago(started, now)].filter(Boolean).join(" · ");
  const share = steps ? Math.min(1, step / steps) : 0;
  return h(
    "button",
    {
      className: "tunebook-run",
      onClick: open,
      title: started ? `began ${new Date(started).toLocaleString()}` : undefined,
    },
    h(
      "span",
      { className: "tunebook-row" },
      h("span", { className: "tunebook-name" }, name),
      h(State, { state, problem, detached }),
    ),
    h("span", { className: "tunebook-row tunebook-faint" }, h("span", null, what)),
    problem && h("span", { className: "tunebook-problem" }, problem),
    step > 0 &&
      h(
        "span",
        { className: "tunebook-row" },
        h(Sparkline, { curve }),
        h("span", { className: "tunebook-faint tunebook-progress" }, progress(run)),
      ),
    score && h(Score, { score, mixed }),
    // Shows the training loss only if there is no score, or if runs are ranked by it.
    step > 0 && (!score || byLoss) && h(Loss, { loss }),
    step > 0 &&
      isLive(state) &&
      h(
        "span",
        {
          className: "tunebook-bar",
          role: "progressbar",
          "aria-valuemin": 0,
          "aria-valuemax": steps ?? 0,
          "aria-valuenow": step,
          "aria-label": `${name}: step ${step} of ${steps ?? "?"}`,
        },
        h("span", { className: "tunebook-fine", style: { width: `${(100 * share).toFixed(1)}%` } }),
      ),
    (tags.length > 0 || note !== "") &&
      h(
        "span",
        { className: "tunebook-tags" },
        tags.map((tag) => h("span", { key: tag, className: "tunebook-tag" }, tag)),
        note !== "" && h("span", { className: "tunebook-faint tunebook-first" }, note.split("\n")[0]),
      ),
  );
}
