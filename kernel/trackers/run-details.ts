/** A run as trackers see it, from its own files: its settings, its origin, how it ended. */
import { basename, join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import type { Value } from "#dsl/language/types/value.js";
import type { TrackedSettingValue, TrackedRun } from "#stdlib/trackers/kind.js";
import { isValidPlan } from "../runs/plan-schema.js";
import { isPinnedRunFacts, type PinnedRunFacts } from "../runs/run-folder.js";
import { lockHolderOf } from "../runs/run-lock.js";
import { readRegularJson } from "../runs/read-events.js";
import { code, joinParagraphs, escapeMarkdown, table } from "../display/markdown.js";
import { groupedNumber, formatPercent, printable, callText, valueText } from "../host/value-text.js";
import { runEndOf } from "./event-reader.js";
import { gitCommitOfRun } from "./commit.js";
import { trackedSweepOf, isSweepFolder } from "./sweep-tracking.js";
import type { RunTrackingState } from "./tracking.js";

/** Returns null if the run cannot be read (yet). */
export function trackedRunOf(folder: string, tracking: RunTrackingState): TrackedRun | null {
  if (isSweepFolder(folder)) return trackedSweepOf(folder, tracking);
  const [plan, lock] = ["plan.json", "lock.json"].map((name) => readRegularJson(join(folder, name)));
  if (!isValidPlan(plan) || !isPinnedRunFacts(lock)) return null;
  const { trial } = lock;
  const began = Date.parse(lock.started);
  return {
    id: basename(folder),
    is: "training",
    name: lock.name,
    experiment: tracking.experiment,
    began: Number.isNaN(began) ? 0 : began,
    settings: trackedSettings(plan),
    facts: factsOf(plan, lock),
    about: aboutText(plan, lock),
    parentRun: trial
      ? { id: trial.journal, name: trial.sweep, number: trial.number, seeds: trial.seeds === true }
      : null,
    varied: [],
    goals: trial ? [trial.goal] : [],
    ended: endedIn(folder),
    source: { name: tracking.source, commit: gitCommitOfRun(lock) },
  };
}

const ENDS = { done: "finished", early: "finished", interrupted: "killed", failed: "failed" } as const;

function endedIn(folder: string): TrackedRun["ended"] {
  const end = runEndOf(folder);
  const as = end && Object.hasOwn(ENDS, end.reason) ? ENDS[end.reason as keyof typeof ENDS] : undefined;
  if (end && as !== undefined) return { at: end.at, as };
  // The run ended without writing an end.
  return lockHolderOf(folder) === null ? { at: Date.now(), as: "killed" } : null;
}

/** Returns the settings as a flat list; folders of this machine are left out. */
export function trackedSettings({ recipe }: Plan): Readonly<Record<string, TrackedSettingValue>> {
  const { data, model, training } = recipe;
  const { folder, name, base, task, technique, baseHash, trained, loaded, scratch, ...rest } = model;
  void [folder, baseHash, trained, loaded];
  const settings: Record<string, TrackedSettingValue> = {};
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

function factsOf(
  { recipe, estimates, recipeHash, planHash }: Plan,
  lock: PinnedRunFacts,
): Readonly<Record<string, string>> {
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

function aboutText({ recipe, estimates }: Plan, lock: PinnedRunFacts): string {
  const { data, model } = recipe;
  const share = formatPercent(estimates.trainable / Math.max(1, estimates.parameters), 2);
  const splits = Object.entries(lock.data?.splits ?? {}).map(
    ([split, rows]) => `${escapeMarkdown(split)} ${groupedNumber(rows)}`,
  );
  return printable(
    joinParagraphs(
      `**${escapeMarkdown(lock.name)}**: ${escapeMarkdown(model.base)} for ${code(callText(model.task))} with ${code(callText(model.technique))} on ${escapeMarkdown(data.name)}, ${groupedNumber(estimates.trainable)} of ${groupedNumber(estimates.parameters)} parameters trained (${share}).`,
      table(
        ["", ""],
        [
          ...(splits.length > 0 ? [["rows", splits.join(", ")]] : []),
          ["steps", groupedNumber(estimates.steps)],
          ["recipe", code(lock.recipeHash.slice(0, 12))],
          ["engine", escapeMarkdown(lock.engine)],
          ["Tunebook", escapeMarkdown(lock.tunebook)],
        ],
      ),
    ),
  );
}
