/**
 * The plan that a replay trains, and the checks before it: they name whatever differs from the run's lock, and refuse
 * if something can't be obtained from its folder.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { recipeHash } from "#dsl/compiler/plan/hash.js";
import { SEMANTICS_VERSION, semanticsVersionOf } from "#dsl/compiler/plan/semantics.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../bases/base.js";
import type { PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { RunFolder } from "../../runs/run-folder.js";
import { rowMarksOf } from "../../runs/row-marks.js";
import { compareRunRecords, shortHash, type RecordDifference } from "../../runs/record/record-differences.js";
import { runRecordOf } from "../../runs/record/record.js";
import type { ComparedRunRecord } from "../../runs/record/compared-run.js";
import type { Engine } from "../../engines/engine.js";
import type { OpenSession } from "../../session/open-session.js";
import { version } from "../../session/version.js";

/** Absolute path that relative paths in a run's plan start from. */
export function baseFolderOfPlan({ run, lock }: ComparedRunRecord): string {
  return resolve(run.path, lock.home ?? "../..");
}

/** Coded error `not-replayable`. */
export function demandReplayable({ run, plan, lock }: ComparedRunRecord): void {
  const [tables, words] = [new Set<string>(), new Set<string>()];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isRecord(value)) {
      const { live, definition, word } = value;
      if (typeof live === "string") tables.add(`$${live}`);
      if (typeof definition === "string" && typeof word === "string") words.add(word);
      Object.values(value).forEach(look);
    }
  };
  look(plan.recipe);
  const deployed = lock.deployment?.target ?? null;
  if (plan.recipe.federated)
    throw new CodedError("not-replayable", { run: run.id, tables: [], words: [], deployed: null, federated: true });
  if (plan.recipe.update)
    throw new CodedError("not-replayable", { run: run.id, tables: [], words: [], deployed: null, update: true });
  if (plan.recipe.compress)
    throw new CodedError("not-replayable", { run: run.id, tables: [], words: [], deployed: null, compress: true });
  if (plan.recipe.training.average !== undefined)
    throw new CodedError("not-replayable", { run: run.id, tables: [], words: [], deployed: null, averaged: true });
  if (tables.size + words.size > 0 || deployed !== null)
    throw new CodedError("not-replayable", { run: run.id, tables: [...tables], words: [...words], deployed });
}

/** For a model that started from another training, the folder written by this replay is its base. */
export function planToReplay({ run, plan: had, lock }: ComparedRunRecord, home: string): Plan {
  const { trained, ...model } = had.recipe.model;
  // Workers do not change numbers: one process is enough for the replay.
  const { runner, ...effects } = had.effects;
  const { ranks, ...estimates } = had.estimates;
  void [runner, ranks];
  const plan = { ...ofToday(had), effects, estimates };
  if (!trained) return plan;
  const noted = lock.base === undefined ? [] : [resolve(run.path, lock.base)];
  const others = RunFolder.find(dirname(run.path), trained.recipeHash).map((other) => other.model);
  const base = [...noted, ...others].find((folder) => existsSync(join(folder, "config.json")));
  if (base === undefined) throw new CodedError("run-without-base", { run: run.id, base: model.base });
  return { ...plan, recipe: { ...plan.recipe, model: { ...model, base, folder: home } } };
}

/** The plan with the current version of the semantics, which the repeated training uses. */
function ofToday(plan: Plan): Plan {
  if (semanticsVersionOf(plan.recipe) === SEMANTICS_VERSION) return plan;
  const recipe = { ...plan.recipe, semantics: SEMANTICS_VERSION };
  return { ...plan, recipe, recipeHash: recipeHash(recipe) };
}

export interface ReplayInputDifferences {
  /** Differences that change numbers. */
  readonly changed: readonly RecordDifference[];
  /** Engine, threads, machine, Node: sums in another order. */
  readonly elsewhere: readonly RecordDifference[];
}

/** Compares the inputs that are read now with the lock; nothing is trained. `plan`: the plan to train. */
export async function checkReplayInputs(
  session: OpenSession,
  side: ComparedRunRecord,
  plan: Plan,
  options: { readonly engine: Engine; readonly hostContext: HostContext },
): Promise<ReplayInputDifferences> {
  const { lock, record } = side;
  const { base } = await session.weights.parts(plan, options.hostContext);
  const prepared = await session.datasets.data(
    plan.recipe.data,
    dataReadingSettingsOf(plan.recipe.model),
    options.hostContext,
  );
  const now = await nowOf(side, { base, prepared, plan, ...options });
  const { numbers } = compareRunRecords(side, now);
  const seeds = Object.entries(record?.seeds ?? {}).flatMap(([name, seed]): readonly RecordDifference[] => {
    const has = plan.recipe[name as "training" | "data"].seed;
    return has === seed
      ? []
      : [{ group: "seeds", what: `seed of the ${name}`, here: String(seed), there: String(has) }];
  });
  const hash = recipeHash(side.plan.recipe);
  const recipe: RecordDifference = {
    group: "settings",
    what: "recipe",
    here: shortHash(lock.recipeHash),
    there: shortHash(hash),
  };
  const { ranks } = side.plan.estimates;
  const alone: RecordDifference = {
    group: "machine",
    what: "processes that shared each update",
    here: String(ranks?.count ?? 1),
    there: "1, which sums in another order",
  };
  const all = [
    ...seeds,
    ...(hash === lock.recipeHash || seeds.length > 0 ? [] : [recipe]),
    ...numbers,
    ...(ranks ? [alone] : []),
  ];
  const others = now.lock.engine !== lock.engine;
  const isElsewhere = ({ group, what }: RecordDifference): boolean =>
    group === "machine" || (group === "versions" && (what === "node" || (others && what !== "tunebook")));
  return { changed: all.filter((one) => !isElsewhere(one)), elsewhere: all.filter(isElsewhere) };
}

interface Now {
  readonly base: BaseModel;
  readonly prepared: PreparedData;
  readonly plan: Plan;
  readonly engine: Engine;
  readonly hostContext: HostContext;
}

/** The record that the run would have now. */
async function nowOf(
  side: ComparedRunRecord,
  { base, prepared, plan, engine, hostContext }: Now,
): Promise<ComparedRunRecord> {
  const { facts } = prepared;
  const splits = Object.fromEntries(Object.entries(facts.splits).map(([split, { rows }]) => [split, rows]));
  const record =
    side.record &&
    (await runRecordOf({ plan, base, prepared, engine: engine.info, folder: hostContext.folder, version }));
  return {
    ...side,
    plan: { ...side.plan, recipe: { ...side.plan.recipe, semantics: SEMANTICS_VERSION } },
    record,
    marks: () => rowMarksOf(prepared),
    lock: {
      ...side.lock,
      dataHash: facts.hash,
      baseHash: base.hash,
      engine: engine.info.title,
      tunebook: version,
      node: process.version,
      data: { rowsIn: facts.rowsIn, kept: facts.kept, splits },
    },
  };
}
