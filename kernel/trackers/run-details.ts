/** A run as trackers see it, from its own files: what was set, what it came from, how it ended. */
import { basename, join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import type { Value } from "#dsl/language/types/value.js";
import type { Setting, TrackedRun } from "#stdlib/trackers/kind.js";
import { isWholePlan } from "../runs/plan-schema.js";
import { isLock, type Lock } from "../runs/run-folder.js";
import { holderOf } from "../runs/run-lock.js";
import { jsonRegular } from "../runs/read-regular.js";
import { code, page, plainText, table } from "../display/markdown.js";
import { count, percent, printable } from "../host/text.js";
import { callText, valueText } from "../host/value-text.js";
import { endOf } from "./event-reader.js";
import { commitOf } from "./commit.js";
import { aboutSweep, isSweepFolder } from "./sweep-tracking.js";
import type { Tracking } from "./tracking.js";

/** Null: it can't be read (yet). */
export function aboutRun(folder: string, tracking: Tracking): TrackedRun | null {
  if (isSweepFolder(folder)) return aboutSweep(folder, tracking);
  const [plan, lock] = ["plan.json", "lock.json"].map((name) => jsonRegular(join(folder, name)));
  if (!isWholePlan(plan) || !isLock(lock)) return null;
  const { trial } = lock;
  const began = Date.parse(lock.started);
  return {
    id: basename(folder),
    is: "training",
    name: lock.name,
    experiment: tracking.experiment,
    began: Number.isNaN(began) ? 0 : began,
    settings: settingsOf(plan),
    facts: factsOf(plan, lock),
    about: aboutText(plan, lock),
    of: trial ? { id: trial.journal, name: trial.sweep, number: trial.number, seeds: trial.seeds === true } : null,
    varied: [],
    goals: trial ? [trial.goal] : [],
    ended: endedIn(folder),
    source: { name: tracking.source, commit: commitOf(lock) },
  };
}

const ENDS = { done: "finished", early: "finished", interrupted: "killed", failed: "failed" } as const;

function endedIn(folder: string): TrackedRun["ended"] {
  const end = endOf(folder);
  const as = end && Object.hasOwn(ENDS, end.reason) ? ENDS[end.reason as keyof typeof ENDS] : undefined;
  if (end && as !== undefined) return { at: end.at, as };
  // It ended without a word.
  return holderOf(folder) === null ? { at: Date.now(), as: "killed" } : null;
}

/** What is set, flat; folders of this machine are left out. */
export function settingsOf({ recipe }: Plan): Readonly<Record<string, Setting>> {
  const { data, model, training } = recipe;
  const { folder, name, base, task, technique, baseHash, trained, loaded, scratch, ...rest } = model;
  void [folder, baseHash, trained, loaded];
  const settings: Record<string, Setting> = {};
  const take = (path: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") settings[path] = value;
    else if (isCall(value)) {
      settings[path] = value.word;
      for (const [argument, inner] of Object.entries(value.arguments)) take(`${path}.${argument}`, inner);
    } else if (typeof value === "object" && "share" in value) settings[path] = Number(value.share);
    else settings[path] = valueText(value as Value);
  };
  take("data", data.name);
  take("data.split", data.split);
  if (data.clean.length > 0) settings["data.clean"] = data.clean.map(callText).join(", ");
  take("model", name);
  take("model.base", base);
  take("model.task", task);
  take("model.technique", technique);
  if (scratch) settings["model.architecture"] = callText(scratch.architecture);
  for (const [key, value] of Object.entries(rest)) take(`model.${key}`, value);
  for (const [key, value] of Object.entries(training)) take(`training.${key}`, value);
  return settings;
}

function factsOf({ recipe, estimates, recipeHash, planHash }: Plan, lock: Lock): Readonly<Record<string, string>> {
  const splits = Object.entries(lock.data?.splits ?? {}).map(([split, rows]) => `${split} ${String(rows)}`);
  return {
    recipe: recipeHash,
    plan: planHash,
    ...(lock.dataHash !== null && { data_hash: lock.dataHash }),
    ...(lock.baseHash !== null && { base_hash: lock.baseHash }),
    ...(splits.length > 0 && { rows: splits.join(", ") }),
    parameters: String(estimates.parameters),
    trained_parameters: String(estimates.trainable),
    engine: lock.engine,
    version: lock.tunebook,
    node: lock.node,
    seed: String(recipe.training.seed),
  };
}

function aboutText({ recipe, estimates }: Plan, lock: Lock): string {
  const { data, model } = recipe;
  const share = percent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const splits = Object.entries(lock.data?.splits ?? {}).map(([split, rows]) => `${plainText(split)} ${count(rows)}`);
  return printable(
    page(
      `**${plainText(lock.name)}**: ${plainText(model.base)} for ${code(callText(model.task))} with ${code(callText(model.technique))} on ${plainText(data.name)}, ${count(estimates.trainable)} of ${count(estimates.parameters)} parameters trained (${share}).`,
      table(
        ["", ""],
        [
          ...(splits.length > 0 ? [["rows", splits.join(", ")]] : []),
          ["steps", count(estimates.steps)],
          ["recipe", code(lock.recipeHash.slice(0, 12))],
          ["engine", plainText(lock.engine)],
          ["Tunebook", plainText(lock.tunebook)],
        ],
      ),
    ),
  );
}
