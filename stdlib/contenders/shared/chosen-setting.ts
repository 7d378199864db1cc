/**
 * Chooses the regularisation and the class weights of a baseline: by the first metric of the evaluation, on the split `validation` or,
 * if there is none, by five-fold cross-validation on `train`.
 */
import type { Choosing } from "../kind.js";
import { weightsGiven, weighs, weighsByCounts } from "../../tasks/shared/class-weights.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SparseRows } from "./tfidf/sparse.js";
import { rowsOf } from "./tfidf/sparse.js";
import type { LinearModel, Setting } from "./linear-labels.js";
import { foldsOf } from "./folds.js";
import { modelOf, type Learning } from "./linear-model.js";
import type { Values } from "./training-rows.js";

const STRENGTHS = { labels: [1, 10, 100], numbers: [1, 0.1, 10] } as const;
const FOLDS = 5;
/** Trials end sooner than the final fit: scores of settings differ by more than that changes. */
const ROUGH = 0.1;
/** Most rows that each trial is fitted on; of more rows, so many at equal distances. */
const MOST = 1_000;
/** Choices of a contender that is asked more than once. */
const known = new WeakMap<Choosing, Promise<Chosen>>();

export interface Chosen {
  readonly setting: Setting;
  /** `C 10, balanced labels, chosen of 6 settings by f1(macro) on validation`. */
  readonly what: string;
}
export interface Choice {
  readonly learning: Learning;
  readonly task: Call;
  readonly learnt: SparseRows;
  readonly values: Values;
  readonly choosing: Choosing;
  /** Features of the rows in `choosing`. */
  readonly asked: SparseRows;
}

/** Ties go to the earlier setting; the first has the model's class weights and C = 1. */
export function chosenSetting(o: Choice): Promise<Chosen> {
  const chosen = known.get(o.choosing) ?? tried(o);
  known.set(o.choosing, chosen);
  return chosen;
}

async function tried(o: Choice): Promise<Chosen> {
  const settings = settingsOf(o.task, o.values);
  const step = Math.max(1, Math.ceil(o.learnt.count / MOST));
  const picked = Array.from({ length: Math.ceil(o.learnt.count / step) }, (_, i) => i * step);
  const folds = o.choosing.from === "train" ? foldsOf(o.asked.count, FOLDS, o.values) : null;
  const scores: number[] = [];
  for (const [i, setting] of settings.entries()) {
    o.learning.signal?.throwIfAborted();
    o.learning.onProgress?.("settings tried", i, settings.length);
    const said = folds ? await byFolds(o, setting, picked, folds) : await byOthers(o, setting, picked);
    scores.push(await o.choosing.score(said));
  }
  const defined = scores.filter((score) => !Number.isNaN(score));
  const most = Math.max(...defined);
  // Equal scores of all settings tell nothing: none is chosen.
  const best = defined.length > 0 && defined.some((score) => score < most);
  const setting = settings[best ? scores.indexOf(most) : 0]!;
  const where = o.choosing.from === "validation" ? "on validation" : `by ${String(FOLDS)} folds of train`;
  const how = best ? `chosen of ${String(settings.length)} settings by ${o.choosing.metric} ${where}` : "not chosen";
  return { setting, what: `${toldSetting(setting, o.values("score") !== null)}, ${how}` };
}

/** The setting if none can be chosen. */
export const usualSetting = (task: Call, values: Values): Setting => settingsOf(task, values)[0]!;

function settingsOf(task: Call, values: Values): readonly Setting[] {
  if (!values("label") && !values("labels")) return STRENGTHS.numbers.map((c) => ({ c, weigh: "none" }));
  const own: Setting["weigh"] = weighsByCounts(task) !== null ? "balanced" : weighs(task) ? weightsGiven(task) : "none";
  const weighings = [own, ...(["none", "balanced"] as const).filter((one) => one !== own)];
  return weighings.flatMap((weigh) => STRENGTHS.labels.map((c) => ({ c, weigh })));
}

export function toldSetting({ c, weigh }: Setting, ridge = false): string {
  const strength = ridge ? `alpha ${String(1 / c)}` : `C ${String(c)}`;
  if (weigh === "none") return strength;
  return `${strength}, ${weigh === "balanced" ? "balanced labels" : "labels weighed as the model's"}`;
}

async function byOthers(o: Choice, setting: Setting, picked: readonly number[]): Promise<readonly Float32Array[]> {
  const model = await fittedOn(o, setting, picked);
  return Array.from({ length: o.asked.count }, (_, row) => model.said(o.asked, row));
}

/** Predictions for each row by a model that was fitted without it. */
async function byFolds(
  o: Choice,
  setting: Setting,
  picked: readonly number[],
  foldOf: Uint32Array,
): Promise<readonly Float32Array[]> {
  const said: Float32Array[] = new Array<Float32Array>(o.asked.count);
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = picked.filter((row) => foldOf[row] !== fold);
    const model = await fittedOn(o, setting, others);
    foldOf.forEach((own, row) => {
      if (own === fold) said[row] = model.said(o.asked, row);
    });
  }
  return said;
}

function fittedOn(o: Choice, setting: Setting, rows: readonly number[]): Promise<LinearModel> {
  const values: Values = (role) => {
    const all = o.values(role);
    return all && rows.map((row) => all[row]);
  };
  return modelOf({ ...o.learning, setting, tolerance: ROUGH * Math.sqrt(setting.c) }, rowsOf(o.learnt, rows), values);
}
