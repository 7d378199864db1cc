/**
 * `annotate`: returns the data with the annotations so far, and opens an annotation session for the remaining rows. The
 * statement does not wait: a later statement that uses the data gets the decisions made by then.
 */
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import {
  AnnotationSession,
  type RowToAnnotate,
  type AnnotationOptions,
} from "../../data/annotations/annotation-session.js";
import type { AnnotationLabel } from "../../data/annotations/line.js";
import {
  orderByHash,
  selectDoubtedRows,
  orderByUncertainty,
  type ClassifierPrediction,
} from "../../data/annotations/order.js";
import type { AnnotatedRow } from "../../data/annotations/overlay.js";
import { annotatedDataHandle, annotatedDataHandleTypeText } from "../../data/annotations/handle.js";
import { annotationView } from "../../display/data/annotate.js";
import { appendAnnotationDecision } from "../../data/sources/annotations-file.js";
import type { PredictionInput } from "../../data/encoding/encoded.js";
import type { TextTaskPrediction } from "../../inference/prompts.js";
import { splitTypeTexts } from "../../data/sources/typed-table.js";
import { type ExecutionContext, isVerifying } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { findLabelIssues } from "../../evaluation/label-issues.js";

type Annotate = Extract<Action, { verb: "annotate" }>;

/** Texts per prediction request to the model. */
const CHUNK = 256;

export async function runAnnotate(session: OpenSession, action: Annotate, context: ExecutionContext): Promise<void> {
  const { name, data, from, split } = action;
  const prepared = await session.datasets.data(data, null, context.hostContext);
  const { rows, standing, labels } = mustExist(prepared.annotated, `people's decisions about ${name}`);
  if (labels.length === 0) throw new CodedError("nothing-to-annotate", { data: from.name });
  const { file, role } = mustExist(data.annotations, `the place of decisions about ${name}`);
  const path = resolve(context.hostContext.folder, data.folder, file);
  const candidates = split === null ? rows : rows.filter((row) => row.split === split);
  const options: Omit<AnnotationOptions, "asks" | "order"> = {
    data: from.name,
    annotator: action.annotator ?? account(),
    column: mustExist(data.columns[role], `the column of ${role}`),
    labels,
    several: role === "labels",
    standing,
    write: (line) => (isVerifying(session) ? undefined : appendAnnotationDecision(path, line)),
  };
  const asks = await asksOf(session, action, candidates, context);
  const annotation = new AnnotationSession({
    ...options,
    asks: asks.slice(0, action.rows ?? asks.length),
    order: orderText(action),
  });
  const typed = new AnnotationSession({
    ...options,
    asks: rows.map((row) => ({ row, why: "typed" })),
    order: "as they stand",
  });
  const reads = session.datasets.columnReader(data, prepared, context.hostContext);
  const handle = annotatedDataHandle(name, prepared, reads, typed, role);
  session.names.define(name, handle, annotatedDataHandleTypeText(splitTypeTexts(prepared)));
  session.data.set(name, data);
  const id = session.options.annotations?.offer(annotation) ?? null;
  context.screen.display(annotationView(annotation, { name, file, offerId: id }));
}

function orderText({ order, model }: Annotate): string {
  return model === null || order === "random" ? order : `${order} by ${model}`;
}

async function asksOf(
  session: OpenSession,
  { order, model, from, split }: Annotate,
  rows: readonly AnnotatedRow[],
  context: ExecutionContext,
): Promise<readonly RowToAnnotate[]> {
  if (model === null) return orderByHash(rows);
  const handle = session.models.get(model);
  if (order === "label_issues") {
    const { issues } = await findLabelIssues(session, handle, { data: from, split }, context);
    return selectDoubtedRows(rows, issues);
  }
  if (!handle.trained) {
    if (order === "random") return orderByHash(rows);
    throw new CodedError("not-trained", { model });
  }
  const predictions = await saidOf(session, model, rows, context);
  return order === "random"
    ? orderByHash(rows, predictions)
    : orderByUncertainty(rows, predictions, from.columns["labels"] !== undefined);
}

/** The trained model's prediction for each row. */
async function saidOf(
  session: OpenSession,
  model: string,
  rows: readonly AnnotatedRow[],
  context: ExecutionContext,
): Promise<readonly ClassifierPrediction[]> {
  const handle = session.models.get(model);
  const answers: ClassifierPrediction[] = [];
  for (let offset = 0; offset < rows.length; offset += CHUNK) {
    context.signal?.throwIfAborted();
    const texts = rows.slice(offset, offset + CHUNK).map(({ texts }): PredictionInput => {
      const { text = "", text_pair: pair } = texts;
      return pair === undefined ? text : [text, pair];
    });
    const predictions = await session.models.requests.predict(handle, texts, context.hostContext);
    for (const prediction of predictions as readonly (TextTaskPrediction & Told)[])
      answers.push({ label: prediction.label ?? prediction.labels ?? [], probabilities: prediction.probabilities });
    context.hostContext.onProgress?.({ label: `rows read by ${model}`, done: answers.length, total: rows.length });
  }
  return answers;
}
interface Told {
  readonly label?: AnnotationLabel;
  readonly labels?: AnnotationLabel;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** User name of the annotator. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] ?? "me"; // an account without an entry
  }
}
