/** A report on a training: from the run's own files and this session's evaluations. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { readRegularFile } from "../../runs/read-events.js";
import type { PinnedRunFacts, RunFolder } from "../../runs/run-folder.js";
import { trainingCurves } from "../../display/curves/curves.js";
import { dataPreview } from "../../display/data/data-preview.js";
import { code, html, Html, htmlTable, note, type HtmlPart, type DisplayOutput } from "../../display/html.js";
import { planCardView } from "../../display/plans/plan-card.js";
import type { ReportSection } from "../../display/report-page.js";
import { evaluationView, type EvaluationReport } from "../../display/scores/evaluation.js";
import {
  groupedNumber,
  durationText,
  formatPercent,
  printable,
  significantText,
  callText,
} from "../../host/value-text.js";
import type { RunEvent } from "../../events/events.js";
import { gitCommitOfRun } from "../../trackers/commit.js";
import { readPlanAndLock } from "../../runs/history/damage.js";
import { readRunScores } from "../../runs/history/run-scores.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import type { SavedEvaluation } from "../../inference/evaluations/kept-evaluations.js";
import { join } from "node:path";

export interface ReportContent {
  readonly name: string;
  readonly says: readonly HtmlPart[];
  readonly sections: readonly ReportSection[];
}
export interface RunReportOptions {
  readonly name: string | null;
  readonly rows: boolean;
}

export async function reportOfRun(
  session: OpenSession,
  run: RunFolder,
  { name, rows }: RunReportOptions,
  context: ExecutionContext,
): Promise<ReportContent> {
  const { plan, lock } = readPlanAndLock(run);
  const events = run.events();
  const evaluations = name === null ? [] : session.keptEvaluations.filter(({ names }) => names.includes(name));
  const verdicts = evaluations.flatMap(({ report }) => report.verdict ?? []);
  return {
    name: name ?? lock.name,
    says: [summary(plan, lock, events), ...verdicts],
    sections: [
      {
        title: "Scores",
        parts: [...evaluations.flatMap((one) => evaluated(one, rows)), ...keptScores(run, evaluations)],
      },
      { title: "Training", parts: curves(lock, plan, events) },
      { title: "Data", parts: await dataOf(session, plan, lock, context) },
      { title: "Plan", parts: [htmlOf(planCardView(plan))] },
      { title: "Model card", parts: cardOf(run) },
      { title: "Record", parts: record(run, lock, plan) },
    ],
  };
}

export function htmlOf({ bundle }: DisplayOutput): Html {
  const text = bundle["text/html"];
  return typeof text === "string" ? new Html(text) : html`<pre>${String(bundle["text/plain"])}</pre>`;
}

const ENDED = {
  done: "to its end",
  early: "until it stopped early",
  interrupted: "until it was interrupted",
  failed: "until it failed",
} as const;

function summary(
  { recipe, estimates }: Plan,
  { data, started, engine }: PinnedRunFacts,
  events: readonly RunEvent[],
): HtmlPart {
  const { model } = recipe;
  const end = events.findLast((event) => event.kind === "stopped");
  const last = events.findLast((event) => event.kind === "step");
  const share = formatPercent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const rows = data ? ` (${groupedNumber(data.kept)} rows)` : "";
  return printable(
    `${model.base} for ${callText(model.task)}, trained on ${recipe.data.name}${rows} with ${callText(model.technique)}: ` +
      `${groupedNumber(estimates.trainable)} of ${groupedNumber(estimates.parameters)} parameters (${share}), ` +
      `${groupedNumber(last?.step ?? 0)} steps${end ? ` in ${durationText(end.seconds)}, ${ENDED[end.reason]}` : ""}. ` +
      `Begun ${started.slice(0, 16).replace("T", " ")} UTC, on ${engine}.`,
  );
}

function evaluated({ report, more }: SavedEvaluation, rows: boolean): readonly Html[] {
  return [...evaluationView(rows ? report : withoutRows(report)), ...more].map(htmlOf);
}
function withoutRows(report: EvaluationReport): EvaluationReport {
  return { ...report, models: report.models.map((model) => ({ ...model, worst: [], uncertain: [] })) };
}

/** Recorded scores on splits that the report shows no evaluation of: newest first. */
function keptScores(run: RunFolder, evaluations: readonly SavedEvaluation[]): readonly Html[] {
  const shown = new Set(evaluations.map(({ report }) => report.on));
  const rows = readRunScores(run)
    .toReversed()
    .flatMap(({ at: time, step, data, split, rows: scoredRows, metrics }) => {
      const on = split === null ? data : `${data}.${split}`;
      if (shown.has(on)) return [];
      return Object.entries(metrics).map(([metric, { value, low, high }]) => [
        ...[
          metric,
          significantText(value),
          low === null || high === null ? "" : `${significantText(low)} – ${significantText(high)}`,
        ],
        ...[on, groupedNumber(scoredRows), String(step), time.slice(0, 16).replace("T", " ")],
      ]);
    })
    .slice(0, 200);
  if (rows.length === 0)
    return evaluations.length > 0
      ? []
      : [note("No evaluation is stored with this run: `evaluate` scores it on rows that it was not trained on.")];
  const head = ["metric", "value", "95 % interval", "on", "rows", "step", "when"];
  return [
    htmlTable({ head, rows, align: ["left", "right", "left", "left", "right", "right", "left"] }),
    note("Scores of evaluations stored with the run; `evaluate` in the same notebook adds their charts."),
  ];
}

function curves(lock: PinnedRunFacts, plan: Plan, events: readonly RunEvent[]): readonly Html[] {
  if (!events.some(({ kind }) => kind === "step" || kind === "evaluated")) return [note("No step was taken.")];
  const validates = plan.recipe.training.validate !== null;
  return trainingCurves(events, { title: `Training of ${lock.name}`, validates }).map(htmlOf);
}

/** Counts only: findings in rows are private to the data's owner. */
async function dataOf(
  session: OpenSession,
  plan: Plan,
  { data, dataHash, labels }: PinnedRunFacts,
  context: ExecutionContext,
): Promise<readonly Html[]> {
  const { data: runData, model } = plan.recipe;
  const here = session.data.has(runData.name);
  const prepared = here
    ? await session.datasets.data(runData, dataReadingSettingsOf(model), context.hostContext).catch(() => null)
    : null;
  if (prepared && prepared.facts.hash === dataHash)
    return [htmlOf(dataPreview(runData, countsOf(prepared.facts), [])), hashLine(dataHash)];
  const rows = Object.entries(data?.splits ?? {}).map(([split, n]): HtmlPart[] => [split, groupedNumber(n)]);
  return [
    ...(rows.length > 0 ? [htmlTable({ head: ["split", "rows"], rows, align: ["left", "right"] })] : []),
    ...(labels.length > 0 ? [html`<p>Labels: ${labels.join(", ")}.</p>`] : []),
    ...(dataHash === null ? [] : [hashLine(dataHash)]),
  ];
}
function countsOf({ audit, leaks, ...facts }: DataFacts): DataFacts {
  void [audit, leaks];
  return { ...facts, leaks: [], dropped: facts.dropped.map((one) => ({ ...one, examples: [] })) };
}
const hashLine = (hash: string): Html => note(html`SHA-256 of what was read and kept: ${code(hash)}`);

function cardOf(run: RunFolder): readonly Html[] {
  for (const path of ["README.md", join("adapter", "README.md")]) {
    const text = readRegularFile(join(run.path, path), 1 << 20);
    if (text !== null)
      return [
        html`<details>
          <summary>as it lies beside the weights</summary>
          <pre>${printable(text)}</pre>
        </details>`,
      ];
  }
  return [];
}

function record(run: RunFolder, lock: PinnedRunFacts, plan: Plan): readonly Html[] {
  const commit = gitCommitOfRun(lock);
  const facts: readonly (readonly [string, HtmlPart])[] = [
    ["run", code(run.id)],
    ...(lock.experiment ? [["experiment", lock.experiment.name] as const] : []),
    ...(lock.experiment?.notes ? [["notes", lock.experiment.notes] as const] : []),
    ["recipe", code(lock.recipeHash)],
    ["plan", code(lock.planHash)],
    ["data", code(lock.dataHash ?? "unknown")],
    ["base", code(lock.baseHash ?? "unknown")],
    ["seed", String(plan.recipe.training.seed)],
    ...(commit === null ? [] : [["commit", code(commit)] as const]),
    ["engine", lock.engine],
    ["Tunebook", lock.tunebook],
    ["Node.js", lock.node],
  ];
  const text = printable(JSON.stringify(lock, null, 2));
  return [
    htmlTable({ rows: facts.map(([name, value]) => [name, value]) }),
    html`<details>
      <summary>lock.json</summary>
      <pre>${text}</pre>
    </details>`,
  ];
}
