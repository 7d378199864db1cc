/**
 * `show NAME.label_issues`: rows whose label is probably wrong. Probes on the texts and on embeddings of the untrained
 * base judge each row by all others; the trained model has learned the wrong labels too.
 */
import canonicalize from "canonicalize";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf, type DataPlan } from "#dsl/language/types/value.js";
import { canaryRowCount } from "../data/rows/canaries.js";
import { rowsWithLabelNeverPredicted } from "../data/judging/label-margins.js";
import { suspectedLabels, estimateLabelNoise, likeliestOtherLabel } from "../data/judging/judges.js";
import { splitNamesOf, type PreparedData } from "../data/prepared.js";
import { labelIssuesView, type LabelIssueSummary, type LabelIssueRow } from "../display/data/label-issues.js";
import type { DisplayOutput } from "../display/html.js";
import { RunFolder } from "../runs/run-folder.js";
import { loadDynamics, type RowDynamics } from "../training/dynamics.js";
import { embedTextsWithBase } from "./base-vectors.js";
import { rowsToJudgeIn, rowCountOf, type JudgedRow } from "./judged-rows.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

/** Minimum error probability by the probes for a label that only the training history contradicts. */
const DOUBTED = 0.25;

/**
 * Minimum rows per label for a probe, and maximum rows in total (more are sampled): their embeddings are in memory
 * together.
 */
const FEWEST = 5;
const MOST = 50_000;

/** Issues, the most certain first, and a summary of the checked rows. */
export interface LabelIssues {
  readonly issues: readonly LabelIssueRow[];
  readonly summary: LabelIssueSummary;
}

export async function labelIssuesViewOf(...request: Parameters<typeof findLabelIssues>): Promise<DisplayOutput> {
  const { issues, summary } = await findLabelIssues(...request);
  return labelIssuesView(issues, summary);
}

/** Coded errors `no-label-issues`, `not-trained`. */
export async function findLabelIssues(
  session: OpenSession,
  handle: ModelHandle,
  on: ActionSubject | undefined,
  context: ExecutionContext,
): Promise<LabelIssues> {
  const refuse = (why: string): never => {
    throw new CodedError("no-label-issues", { model: handle.name, why });
  };
  const trained = handle.weights?.plan.recipe;
  const model = trained?.model ?? handle.plan;
  const requested = on && "data" in on ? on : trained && { data: trained.data, split: null };
  if (!requested) throw new CodedError("not-trained", { model: handle.name });
  const prepared = await session.datasets.data(requested.data, dataReadingSettingsOf(model), context.hostContext);
  if (!("label" in requested.data.columns)) return refuse("its rows have no role `label`");
  const rows = rowsToJudgeIn(prepared, requested.split, "label", MOST);
  const all = splitNamesOf(prepared).filter((name) => requested.split === null || requested.split === name);
  const labels = [...new Set(rows.map(({ value }) => value))].sort();
  const counts = labels.map((label) => rows.filter((row) => row.value === label).length);
  if (labels.length < 2) return refuse("all rows have one label");
  if (counts.some((count) => count < FEWEST))
    return refuse(
      `${labels[counts.findIndex((count) => count < FEWEST)]!} has fewer than ${String(FEWEST)} of the ${String(rows.length)} rows that are judged`,
    );
  const vectors = await embedTextsWithBase(
    session,
    model,
    rows.map(({ text }) => text),
    context,
  );
  const given = Int32Array.from(rows, ({ value }) => labels.indexOf(value));
  const texts = rows.map(({ text }) => text);
  const judgement = estimateLabelNoise(texts, vectors, given, labels.length);
  const seen = seenInTraining(handle, requested.data, prepared, rows);
  const issueOf = (row: number, likely: number, by: "probe" | "training" | "both"): LabelIssueRow => {
    const { split, row: name, text, value } = rows[row]!;
    const dynamics = seen(row);
    const trained = dynamics && { trained: { margin: dynamics.margin, forgotten: dynamics.forgotten, by } };
    const chance = 1 - judgement.wrong[row]!;
    return { split, row: name, text, label: value, likely: labels[likely]!, chance, ...trained };
  };
  const probed = suspectedLabels(judgement, given, labels.length);
  const named = new Set(probed.map(({ row }) => row));
  const margins = Float32Array.from(rows, (_, row) => seen(row)?.margin ?? Number.NaN);
  const unlearnt = rowsWithLabelNeverPredicted(margins, given, labels.length);
  const both = new Set(unlearnt.filter((row) => named.has(row)));
  const likeliest = (row: number): number =>
    likeliestOtherLabel(judgement.chances.subarray(row * labels.length, (row + 1) * labels.length), given[row]!);
  const issues = [
    ...probed.filter(({ row }) => both.has(row)).map(({ row, likely }) => issueOf(row, likely, "both")),
    ...probed.filter(({ row }) => !both.has(row)).map(({ row, likely }) => issueOf(row, likely, "probe")),
    ...unlearnt
      // If the probes are sure of a label, the training history alone does not report it.
      .filter((row) => !both.has(row) && judgement.wrong[row]! >= DOUBTED)
      // A short training has learned few rows: it alone reports at most as many rows as the probe.
      .slice(0, probed.length)
      .map((row) => issueOf(row, likeliest(row), "training")),
  ];
  const { accuracy, share } = judgement;
  const count = all.reduce((sum, name) => sum + rowCountOf(prepared, name), 0);
  return { issues, summary: { data: requested.data.name, rows: rows.length, all: count, accuracy, share } };
}

/** The model's training history of a row; empty for data that it wasn't trained on, or if the run recorded none. */
function seenInTraining(
  handle: ModelHandle,
  data: DataPlan,
  prepared: PreparedData,
  rows: readonly JudgedRow[],
): (row: number) => RowDynamics | undefined {
  const { weights } = handle;
  if (!weights || canonicalize(weights.plan.recipe.data) !== canonicalize(data)) return () => undefined;
  const split = splitNamesOf(prepared).includes("train") ? "train" : "all";
  const count = rowCountOf(prepared, split) + canaryRowCount(weights.plan.recipe.training);
  const dynamics = loadDynamics(RunFolder.open(weights.folder), weights.checkpoint.position.step, count);
  return (row) => {
    const judgedRow = rows[row];
    const seen = judgedRow?.split === split ? dynamics?.row(judgedRow.index) : undefined;
    return seen && seen.visits >= 2 ? seen : undefined;
  };
}
