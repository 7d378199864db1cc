/**
 * Chooses the regularisation and the class weights of a baseline: by the first metric of the evaluation, on the split `validation` or,
 * if there is none, by five-fold cross-validation on `train`.
 */
import type { BaselineTuning } from "../kind.js";
import { classWeightsByLabel, hasClassWeights, balancedClassWeightText } from "../../tasks/shared/class-weights.js";
import type { Call } from "#dsl/language/types/value.js";
import { type SparseRows, selectRows } from "./tfidf/sparse.js";
import type { LinearModel, LinearModelSetting } from "./linear-labels.js";
import { fitLinearModel, type LinearModelContext } from "./linear-model.js";
import type { RoleValuesLookup } from "./training-rows.js";
import { seededRandom, shuffle } from "../../statistics/chance.js";

// Folds of rows for cross-validation: shuffled and stratified by label, with rows of one group in the same fold.

/** Returns the fold of each row, from 0. `values`: values of the rows by role. */
export function foldOfEachRow(count: number, folds: number, values: RoleValuesLookup): Uint32Array {
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, row) => row),
    seededRandom(0, 61),
  );
  const [groups, labels] = [values("group"), values("label")];
  const fold = new Uint32Array(count);
  const ofGroup = new Map<string, number>();
  // Number of rows per label that already have a fold: the next row goes to the next fold.
  const placed = new Map<string, number>();
  for (const row of order) {
    const group = groups?.[row];
    const known = group === undefined || group === null ? undefined : ofGroup.get(String(group));
    const label = labels ? String(labels[row]) : "";
    const next = known ?? (placed.get(label) ?? 0) % folds;
    fold[row] = next;
    if (known !== undefined) continue;
    placed.set(label, (placed.get(label) ?? 0) + 1);
    if (group !== undefined && group !== null) ofGroup.set(String(group), next);
  }
  return fold;
}

const STRENGTHS = { labels: [1, 10, 100], numbers: [1, 0.1, 10] } as const;
const FOLDS = 5;
/**
 * Tolerance factor of the trials, which end earlier than the final fit: scores of settings differ by more than this
 * changes.
 */
const ROUGH = 0.1;
/** Maximum number of rows to fit each trial on; of more rows, every n-th is taken. */
const MOST = 1_000;
/** Caches the chosen setting of a baseline that is fitted more than once. */
const known = new WeakMap<BaselineTuning, Promise<ChosenLinearModelSetting>>();

export interface ChosenLinearModelSetting {
  readonly setting: LinearModelSetting;
  /** `C 10, balanced labels, chosen of 6 settings by f1(macro) on validation`. */
  readonly what: string;
}
export interface LinearModelSettingSearchInput {
  readonly learning: LinearModelContext;
  readonly task: Call;
  readonly learnt: SparseRows;
  readonly values: RoleValuesLookup;
  readonly choosing: BaselineTuning;
  /** Features of the rows in `choosing`. */
  readonly evaluated: SparseRows;
}

/**
 * Chooses the setting with the best score. Ties go to the earlier setting; the first one has the model's class weights
 * and C = 1.
 */
export function chooseLinearModelSetting(options: LinearModelSettingSearchInput): Promise<ChosenLinearModelSetting> {
  const chosen = known.get(options.choosing) ?? tried(options);
  known.set(options.choosing, chosen);
  return chosen;
}

async function tried(options: LinearModelSettingSearchInput): Promise<ChosenLinearModelSetting> {
  const settings = settingsOf(options.task, options.values);
  const step = Math.max(1, Math.ceil(options.learnt.count / MOST));
  const picked = Array.from({ length: Math.ceil(options.learnt.count / step) }, (_, i) => i * step);
  const folds =
    options.choosing.from === "train" ? foldOfEachRow(options.evaluated.count, FOLDS, options.values) : null;
  const scores: number[] = [];
  for (const [i, setting] of settings.entries()) {
    options.learning.signal?.throwIfAborted();
    options.learning.onProgress?.("settings tried", i, settings.length);
    const outputs = folds ? await byFolds(options, setting, picked, folds) : await byOthers(options, setting, picked);
    scores.push(await options.choosing.score(outputs));
  }
  const defined = scores.filter((score) => !Number.isNaN(score));
  const most = Math.max(...defined);
  // If all settings score the same, none is chosen.
  const best = defined.length > 0 && defined.some((score) => score < most);
  const setting = settings[best ? scores.indexOf(most) : 0]!;
  const where = options.choosing.from === "validation" ? "on validation" : `by ${String(FOLDS)} folds of train`;
  const how = best
    ? `chosen of ${String(settings.length)} settings by ${options.choosing.metric} ${where}`
    : "not chosen";
  return { setting, what: `${linearModelSettingText(setting, options.values("score") !== null)}, ${how}` };
}

/** Returns the setting to use when none can be chosen. */
export const defaultLinearModelSetting = (task: Call, values: RoleValuesLookup): LinearModelSetting =>
  settingsOf(task, values)[0]!;

function settingsOf(task: Call, values: RoleValuesLookup): readonly LinearModelSetting[] {
  if (!values("label") && !values("labels")) return STRENGTHS.numbers.map((c) => ({ c, weigh: "none" }));
  const ownWeighing: LinearModelSetting["weigh"] =
    balancedClassWeightText(task) !== null ? "balanced" : hasClassWeights(task) ? classWeightsByLabel(task) : "none";
  const weighings = [ownWeighing, ...(["none", "balanced"] as const).filter((one) => one !== ownWeighing)];
  return weighings.flatMap((weigh) => STRENGTHS.labels.map((c) => ({ c, weigh })));
}

export function linearModelSettingText({ c, weigh }: LinearModelSetting, ridge = false): string {
  const strength = ridge ? `alpha ${String(1 / c)}` : `C ${String(c)}`;
  if (weigh === "none") return strength;
  return `${strength}, ${weigh === "balanced" ? "balanced labels" : "labels weighed as the model's"}`;
}

async function byOthers(
  options: LinearModelSettingSearchInput,
  setting: LinearModelSetting,
  picked: readonly number[],
): Promise<readonly Float32Array[]> {
  const model = await fittedOn(options, setting, picked);
  return Array.from({ length: options.evaluated.count }, (_, row) => model.predict(options.evaluated, row));
}

/** Predicts each row with a model that was fitted without it. */
async function byFolds(
  options: LinearModelSettingSearchInput,
  setting: LinearModelSetting,
  picked: readonly number[],
  foldOf: Uint32Array,
): Promise<readonly Float32Array[]> {
  const outputs: Float32Array[] = new Array<Float32Array>(options.evaluated.count);
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = picked.filter((row) => foldOf[row] !== fold);
    const model = await fittedOn(options, setting, others);
    foldOf.forEach((rowFold, row) => {
      if (rowFold === fold) outputs[row] = model.predict(options.evaluated, row);
    });
  }
  return outputs;
}

function fittedOn(
  options: LinearModelSettingSearchInput,
  setting: LinearModelSetting,
  rows: readonly number[],
): Promise<LinearModel> {
  const values: RoleValuesLookup = (role) => {
    const all = options.values(role);
    return all && rows.map((row) => all[row]);
  };
  return fitLinearModel(
    { ...options.learning, setting, tolerance: ROUGH * Math.sqrt(setting.c) },
    selectRows(options.learnt, rows),
    values,
  );
}
