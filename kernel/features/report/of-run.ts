/** What a report says of a training: from the run's own files, and from what this session evaluated. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { readerOf } from "#dsl/language/types/subject.js";
import { readRegular } from "../../runs/read-regular.js";
import type { Lock, RunFolder } from "../../runs/run-folder.js";
import { curvesFigure, historyTable } from "../../display/curves/curves.js";
import { ratesFigure } from "../../display/curves/rate-curves.js";
import { dataShown } from "../../display/data/data-preview.js";
import { figureShown } from "../../display/figure.js";
import { code, html, Html, htmlTable, note, type Part } from "../../display/html.js";
import { planShown } from "../../display/plans/plan-card.js";
import type { Section } from "../../display/report-page.js";
import { evaluationShown, type EvaluationReport } from "../../display/scores/evaluation.js";
import type { Shown } from "../../display/bundle-output.js";
import { count, duration, percent, printable, significant } from "../../host/text.js";
import { callText } from "../../host/value-text.js";
import type { RunEvent } from "../../events/events.js";
import { commitOf } from "../../trackers/commit.js";
import { demandWhole } from "../../runs/history/damage.js";
import { scoresOf } from "../../runs/history/run-scores.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import type { KeptEvaluation } from "../../inference/evaluations/kept-evaluations.js";
import { join } from "node:path";

/** What is written of one name. */
export interface Written {
  readonly name: string;
  readonly says: readonly Part[];
  readonly sections: readonly Section[];
}
export interface Wanted {
  /** In this notebook; null: it has none here. */
  readonly name: string | null;
  /** Texts of rows too. */
  readonly rows: boolean;
}

export async function reportOfRun(
  session: OpenSession,
  run: RunFolder,
  { name, rows }: Wanted,
  stage: Stage,
): Promise<Written> {
  const { plan, lock } = demandWhole(run);
  const events = run.events();
  const own = name === null ? [] : session.keptEvaluations.filter(({ names }) => names.includes(name));
  const verdicts = own.flatMap(({ report }) => report.verdict ?? []);
  return {
    name: name ?? lock.name,
    says: [summary(plan, lock, events), ...verdicts],
    sections: [
      { title: "Scores", parts: [...own.flatMap((one) => evaluated(one, rows)), ...keptScores(run, own)] },
      { title: "Training", parts: curves(lock, plan, events) },
      { title: "Data", parts: await dataOf(session, plan, lock, stage) },
      { title: "Plan", parts: [htmlOf(planShown(plan))] },
      { title: "Model card", parts: cardOf(run) },
      { title: "Record", parts: record(run, lock, plan) },
    ],
  };
}

export function htmlOf({ bundle }: Shown): Html {
  const text = bundle["text/html"];
  return typeof text === "string" ? new Html(text) : html`<pre>${String(bundle["text/plain"])}</pre>`;
}

const ENDED = {
  done: "to its end",
  early: "until it stopped early",
  interrupted: "until it was interrupted",
  failed: "until it failed",
} as const;

function summary({ recipe, estimates }: Plan, { data, started, engine }: Lock, events: readonly RunEvent[]): Part {
  const { model } = recipe;
  const end = events.findLast((event) => event.kind === "stopped");
  const last = events.findLast((event) => event.kind === "step");
  const share = percent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const rows = data ? ` (${count(data.kept)} rows)` : "";
  return printable(
    `${model.base} for ${callText(model.task)}, trained on ${recipe.data.name}${rows} with ${callText(model.technique)}: ` +
      `${count(estimates.trainable)} of ${count(estimates.parameters)} parameters (${share}), ` +
      `${count(last?.step ?? 0)} steps${end ? ` in ${duration(end.seconds)}, ${ENDED[end.reason]}` : ""}. ` +
      `Begun ${started.slice(0, 16).replace("T", " ")} UTC, on ${engine}.`,
  );
}

function evaluated({ report, more }: KeptEvaluation, rows: boolean): readonly Html[] {
  return [...evaluationShown(rows ? report : withoutRows(report)), ...more].map(htmlOf);
}
function withoutRows(report: EvaluationReport): EvaluationReport {
  return { ...report, models: report.models.map((model) => ({ ...model, worst: [], uncertain: [] })) };
}

/** Of evaluations that nothing else is shown of: newest first. */
function keptScores(run: RunFolder, own: readonly KeptEvaluation[]): readonly Html[] {
  const shown = new Set(own.map(({ report }) => report.on));
  const rows = scoresOf(run)
    .toReversed()
    .flatMap(({ at, step, data, split, rows: of, metrics }) => {
      const on = split === null ? data : `${data}.${split}`;
      if (shown.has(on)) return [];
      return Object.entries(metrics).map(([metric, { value, low, high }]) => [
        ...[
          metric,
          significant(value),
          low === null || high === null ? "" : `${significant(low)} – ${significant(high)}`,
        ],
        ...[on, count(of), String(step), at.slice(0, 16).replace("T", " ")],
      ]);
    })
    .slice(0, 200);
  if (rows.length === 0)
    return own.length > 0
      ? []
      : [note("No evaluation was kept with this run: `evaluate` scores it on rows that it didn't learn from.")];
  const head = ["metric", "value", "95 % interval", "on", "rows", "step", "when"];
  return [
    htmlTable({ head, rows, align: ["left", "right", "left", "left", "right", "right", "left"] }),
    note("Scores of evaluations that were kept with the run; `evaluate` in the same notebook adds their pictures."),
  ];
}

function curves(lock: Lock, plan: Plan, events: readonly RunEvent[]): readonly Html[] {
  if (!events.some(({ kind }) => kind === "step" || kind === "evaluated")) return [note("No step was taken.")];
  const validates = plan.recipe.training.validate !== null;
  const rates = ratesFigure(events);
  return [
    htmlOf(figureShown(curvesFigure(events, { title: `Training of ${lock.name}`, validates }))),
    ...(rates ? [htmlOf(figureShown(rates))] : []),
    htmlOf(historyTable(events)),
  ];
}

/** Counts alone: what was found in rows is their owner's business. */
async function dataOf(
  session: OpenSession,
  plan: Plan,
  { data, dataHash, labels }: Lock,
  stage: Stage,
): Promise<readonly Html[]> {
  const { data: of, model } = plan.recipe;
  const here = session.data.has(of.name);
  const prepared = here ? await session.datasets.data(of, readerOf(model), stage.hostContext).catch(() => null) : null;
  if (prepared && prepared.facts.hash === dataHash)
    return [htmlOf(dataShown(of, countsOf(prepared.facts), [])), hashLine(dataHash)];
  const rows = Object.entries(data?.splits ?? {}).map(([split, n]): Part[] => [split, count(n)]);
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
    const text = readRegular(join(run.path, path), 1 << 20);
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

function record(run: RunFolder, lock: Lock, plan: Plan): readonly Html[] {
  const commit = commitOf(lock);
  const facts: readonly (readonly [string, Part])[] = [
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
