/**
 * `show NAME.learning_curve`: whether more data would help. A probe on the base's embeddings is trained on increasing
 * numbers of training rows; it is scored on held-out rows or, if there are few, by 5-fold cross-validation on the
 * training rows.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { ProbeTargets } from "../../data/judging/growing-probe.js";
import { measureLearningCurve, type ProbeFold } from "../../data/judging/learning-curve.js";
import { learningCurveSizes } from "../../data/judging/learning-sizes.js";
import { forecastLearningCurve } from "../../data/judging/power-law.js";
import { standardiseFeatures } from "../../data/judging/ridge.js";
import { splitNamesOf } from "../../data/prepared.js";
import { learningCurveView } from "../../display/curves/learning-curve.js";
import type { DisplayOutput } from "../../display/html.js";
import { embedTextsWithBase } from "../../evaluation/base-vectors.js";
import { rowsToJudgeIn, rowCountOf, type JudgedRow } from "../../evaluation/judged-rows.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** Minimum and maximum rows of a curve, and the number of held-out rows that is sufficient. */
const FEWEST = 40;
const MOST = 20_000;
const ENOUGH = 100;
const FOLDS = 5;

export async function learningCurveViews(
  session: OpenSession,
  handle: ModelHandle,
  on: ActionSubject | undefined,
  context: ExecutionContext,
): Promise<readonly DisplayOutput[]> {
  const refuse = (why: string): never => {
    throw new CodedError("no-learning-curve", { model: handle.name, why });
  };
  const trained = handle.weights?.plan.recipe;
  const model = trained?.model ?? handle.plan;
  const subject = on && "data" in on ? on : trained && { data: trained.data, split: null };
  if (!subject) throw new CodedError("not-trained", { model: handle.name });
  const { data, split } = subject;
  const role = (["label", "score"] as const).find((name) => name in data.columns);
  if (!role) return refuse("its rows have neither the role `label` nor `score`");
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  const names = splitNamesOf(prepared);
  const trains = split ?? (names.includes("train") ? "train" : "all");
  const rows = names
    .filter((name) => name === trains || split === null)
    .flatMap((name) => rowsToJudgeIn(prepared, name, role, MOST));
  const learnt = rows.flatMap((row, i) => (row.split === trains ? [i] : []));
  if (learnt.length < FEWEST)
    return refuse(`${String(learnt.length)} rows are too few to be parted: ${String(FEWEST)} are needed`);
  const answers = answersOf(rows, role);
  if (spreadOf(answers, learnt) < 2) return refuse(`all rows have one ${role}`);
  const vectors = await embedTextsWithBase(
    session,
    model,
    rows.map(({ text }) => text),
    context,
  );
  const heldOut = rows.flatMap((row, i) => (row.split === trains ? [] : [i]));
  const folds = foldsOf(learnt, heldOut, data.seed);
  const { sizes, draws } = learningCurveSizes(
    Math.min(...folds.map((fold) => fold.learnt.length)),
    "labels" in answers ? answers.count : 1,
    folds.length,
  );
  const measured = await measureLearningCurve(standardiseFeatures(vectors), answers, folds, {
    sizes,
    draws,
    seed: data.seed,
    onDraw: async (done, total) => {
      context.hostContext.onProgress?.({ label: "random subsets used by the probe", done, total });
      await new Promise((next) => setImmediate(next));
      context.signal?.throwIfAborted();
    },
  });
  return learningCurveView(forecastLearningCurve(measured, { errors: role === "score", seed: data.seed }), {
    data: data.name,
    rows: rowCountOf(prepared, trains),
    errors: role === "score",
    measured: `a probe over the base's own vectors, scored on ${folds.length === 1 ? `${String(heldOut.length)} validation rows` : "a fifth of the rows at a time"}; each interval covers 4 of 5 cases. A trained model has other scores, but a curve of a similar shape.`,
  });
}

function answersOf(rows: readonly JudgedRow[], role: "label" | "score"): ProbeTargets {
  if (role === "score") return { numbers: Float64Array.from(rows, ({ value }) => Number(value)) };
  const labels = new Map([...new Set(rows.map(({ value }) => value))].sort().map((label, i) => [label, i]));
  return { labels: Int32Array.from(rows, ({ value }) => labels.get(value) ?? 0), count: labels.size };
}

/** Number of distinct labels in the rows. */
function spreadOf(answers: ProbeTargets, rows: readonly number[]): number {
  const values: ArrayLike<number> = "labels" in answers ? answers.labels : answers.numbers;
  return new Set(rows.map((row) => values[row])).size;
}

function foldsOf(learnt: readonly number[], heldOut: readonly number[], seed: number): readonly ProbeFold[] {
  if (heldOut.length >= ENOUGH) return [{ learnt: Uint32Array.from(learnt), scored: Uint32Array.from(heldOut) }];
  const rows = shuffle(Uint32Array.from(learnt), seededRandom(seed, FOLDS));
  return Array.from({ length: FOLDS }, (_, fold) => ({
    learnt: rows.filter((_row, i) => i % FOLDS !== fold),
    scored: rows.filter((_row, i) => i % FOLDS === fold),
  }));
}
