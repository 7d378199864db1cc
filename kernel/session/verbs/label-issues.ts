/**
 * `show NAME.label_issues`: rows whose label is probably wrong. The base as it was before training makes a vector of each text,
 * and a probe over them judges each row by all others; the trained model has learnt the wrong labels too.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Subject } from "#dsl/plan/plan.js";
import { readerOf } from "#dsl/types/subject.js";
import { surestIssues } from "../../core/data/judging/confident.js";
import { judged } from "../../core/data/judging/neighbours.js";
import { labelIssuesShown, type ToldIssue } from "../../core/display/label-issues.js";
import type { Shown } from "../../core/display/shown.js";
import { judgedIn, vectorsOf } from "./judged-rows.js";
import type { ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import "../../artifacts/codes.js";

/** Rows of each label that a probe wants, and rows of all that it takes: their vectors are held side by side. */
const FEWEST = 5;
const MOST = 50_000;

/** Issues, the surest first, and what they are of. */
export interface FoundIssues {
  readonly issues: readonly ToldIssue[];
  readonly of: { readonly data: string; readonly rows: number; readonly accuracy: number };
}

export async function labelIssuesOf(...of: Parameters<typeof findIssues>): Promise<Shown> {
  const { issues, of: told } = await findIssues(...of);
  return labelIssuesShown(issues, told);
}

/** Coded errors `no-label-issues`, `not-trained`. */
export async function findIssues(
  session: TuneSession,
  handle: ModelHandle,
  on: Subject | undefined,
  stage: Stage,
): Promise<FoundIssues> {
  const refuse = (why: string): never => {
    throw new CodedError("no-label-issues", { model: handle.name, why });
  };
  const trained = handle.weights?.plan.recipe;
  const model = trained?.model ?? handle.plan;
  const asked = on && "data" in on ? on : trained && { data: trained.data, split: null };
  if (!asked) throw new CodedError("not-trained", { model: handle.name });
  const prepared = await session.datasets.data(asked.data, readerOf(model), stage.hostContext);
  if (!("label" in asked.data.columns)) return refuse("its rows have no role `label`");
  if (prepared.streamed) return refuse(`${asked.data.name} is streamed, and all rows are needed at once`);
  const rows = judgedIn(prepared, asked.split, "label");
  if (rows.length > MOST) return refuse(`${String(rows.length)} rows are more than the ${String(MOST)} that are held`);
  const labels = [...new Set(rows.map(({ value }) => value))].sort();
  const counts = labels.map((label) => rows.filter((row) => row.value === label).length);
  if (labels.length < 2) return refuse("all rows have one label");
  if (counts.some((count) => count < FEWEST))
    return refuse(`${labels[counts.findIndex((count) => count < FEWEST)]!} has fewer than ${String(FEWEST)} rows`);
  const vectors = await vectorsOf(session, model, rows, stage);
  const given = Int32Array.from(rows, ({ value }) => labels.indexOf(value));
  const { chances, accuracy } = judged(vectors, given, labels.length);
  const issues = surestIssues(chances, given, labels.length).map(({ row, likely, chance }): ToldIssue => {
    const { value, ...place } = rows[row]!;
    return { ...place, label: value, likely: labels[likely]!, chance };
  });
  return { issues, of: { data: asked.data.name, rows: rows.length, accuracy } };
}
