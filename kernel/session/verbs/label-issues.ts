/**
 * `show NAME.label_issues`: rows whose label is probably wrong. The base as it was before training makes a vector of each text,
 * and a probe over them judges each row by all others; the trained model has learnt the wrong labels too.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Subject } from "#dsl/plan/plan.js";
import type { Registry } from "#dsl/types/registry.js";
import { wordOf } from "#dsl/types/loaded.js";
import { readerOf, type ModelPlan } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import { surestIssues } from "../../core/data/judging/confident.js";
import { judged } from "../../core/data/judging/neighbours.js";
import { splitNamesOf, type Prepared } from "../../core/data/prepared.js";
import { rowNamesOf } from "../../core/data/row-names.js";
import { labelIssuesShown, type ToldIssue } from "../../core/display/label-issues.js";
import type { Shown } from "../../core/display/shown.js";
import type { ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import "../../artifacts/codes.js";

/** Texts that are asked of the base at a time. */
const CHUNK = 256;
/** Rows of each label that a probe wants, and rows of all that it takes: their vectors are held side by side. */
const FEWEST = 5;
const MOST = 50_000;

interface LabelledRow {
  readonly split: string;
  readonly row: ToldIssue["row"];
  readonly text: string;
  readonly label: string;
}

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
  const rows = labelledIn(prepared, asked.split);
  if (rows.length > MOST) return refuse(`${String(rows.length)} rows are more than the ${String(MOST)} that are held`);
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const counts = labels.map((label) => rows.filter((row) => row.label === label).length);
  if (labels.length < 2) return refuse("all rows have one label");
  if (counts.some((count) => count < FEWEST))
    return refuse(`${labels[counts.findIndex((count) => count < FEWEST)]!} has fewer than ${String(FEWEST)} rows`);
  const vectors = await vectorsOf(
    session,
    model,
    rows.map(({ text }) => text),
    stage,
  );
  const given = Int32Array.from(rows, ({ label }) => labels.indexOf(label));
  const { chances, accuracy } = judged(vectors, given, labels.length);
  const issues = surestIssues(chances, given, labels.length).map(({ row, likely, chance }): ToldIssue => {
    const { label, ...place } = rows[row]!;
    return { ...place, label, likely: labels[likely]!, chance };
  });
  return { issues, of: { data: asked.data.name, rows: rows.length, accuracy } };
}

function labelledIn({ splits, ...prepared }: Prepared, split: string | null): readonly LabelledRow[] {
  const names = split === null ? splitNamesOf({ ...prepared, splits }) : [split];
  return names.flatMap((name) => {
    const table = splits[name]!;
    const numbers = rowNamesOf(table, table.array("$row") as ArrayLike<number>);
    const [texts, labels] = [table.array("text"), table.array("label")] as [ArrayLike<unknown>, ArrayLike<unknown>];
    const pairs = table.columnNames().includes("text_pair") ? (table.array("text_pair") as ArrayLike<unknown>) : null;
    return Array.from({ length: table.numRows() }, (_, i) => ({
      ...{ split: name, row: numbers[i]!, label: String(labels[i]) },
      text: pairs ? `${String(texts[i])} ${String(pairs[i])}` : String(texts[i]),
    }));
  });
}

/** By the base as it is. */
async function vectorsOf(
  session: TuneSession,
  model: ModelPlan,
  texts: readonly string[],
  stage: Stage,
): Promise<readonly Float32Array[]> {
  const { registry } = session.vocabulary;
  const plan: ModelPlan = {
    ...(Object.fromEntries(Object.entries(model).filter(([key]) => key !== "template")) as unknown as ModelPlan),
    task: usual(registry, "task", "sentence_similarity"),
    technique: usual(registry, "technique", "full"),
  };
  const probe = session.models.unnamed(plan, model.name);
  const vectors: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += CHUNK) {
    stage.signal?.throwIfAborted();
    const said = await probe.predict<{ text: string; embedding: Float32Array }>(texts.slice(at, at + CHUNK));
    vectors.push(...said.map(({ embedding }) => embedding));
    stage.hostContext.onProgress?.({ label: "texts read by the base", done: vectors.length, total: texts.length });
  }
  return vectors;
}

/** The word with what it is without arguments. */
function usual(registry: Registry, kind: "task" | "technique", word: string): Call {
  const given = wordOf(registry, kind, word).parameters.flatMap(({ name, default: value }) =>
    value && "value" in value ? [[name, value.value] as const] : [],
  );
  return { kind, word, arguments: Object.fromEntries(given) };
}
