/**
 * Describes in a model card where a training started: a base of the hub, a folder, another training, or from scratch.
 */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { ModelPlan, DataReadingSettings } from "#dsl/language/types/value.js";
import { parseHubName } from "../../bases/resolve.js";
import { readRegularJson } from "../read-events.js";
import { RunFolder } from "../run-folder.js";
import { isMinimalPlan } from "./newest-scores.js";

export interface CardBaseModel {
  /** Display name without local folders; for a model from scratch, the family's word. */
  readonly name: string;
  /** Null if it is not from the hub. */
  readonly hub: { readonly id: string; readonly revision: string } | null;
  readonly scratch: boolean;
  /** Name of the training that was continued; null if there is none. */
  readonly training: string | null;
}

/** Maximum number of trainings that are followed back. */
const MOST = 32;

/**
 * `run`: the run with the weights. Its own plan has more information than that of a reopened run, where the base is
 * always a folder.
 */
export function cardBaseModelOf(model: ModelPlan, run?: RunFolder, most = MOST): CardBaseModel {
  const plan: unknown = run && readRegularJson(join(run.path, "plan.json"));
  const { base: name, folder, scratch, trained } = isMinimalPlan(plan) ? plan.recipe.model : model;
  const home = run ? resolve(run.path, run.lock()?.home ?? join("..", "..")) : "";
  if (trained) return { ...rootOf(trained.from, home, most), training: name };
  return rootOf({ name, folder, ...(scratch && { scratch }) }, home, most);
}

function rootOf({ name, folder, scratch }: DataReadingSettings, home: string, most: number): CardBaseModel {
  const root = { name: hideLocalPath(name), hub: null, scratch: scratch !== undefined, training: null };
  if (scratch) return root;
  const run = isAbsolute(name) && basename(name) === "model" && most > 0 ? RunFolder.open(dirname(name)) : undefined;
  const plan: unknown = run && readRegularJson(join(run.path, "plan.json"));
  const training = run?.lock()?.name;
  if (isMinimalPlan(plan) && training !== undefined)
    return { ...cardBaseModelOf(plan.recipe.model, run, most - 1), training };
  return { ...root, hub: existsSync(resolve(home, folder, name)) ? null : parseHubName(name) };
}

/** Returns the last part of a local path; any other name unchanged. */
export function hideLocalPath(text: string): string {
  const isLocal = isAbsolute(text) || /^(~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]|^~|^\.\.?[\\/]/.test(text);
  return isLocal ? (text.split(/[\\/]/).filter(Boolean).at(-1) ?? "a folder") : text;
}
