/** What a model card says that a training began from: a base of the hub, a folder, another training, or nothing. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { ModelPlan, DataReader } from "#dsl/language/types/subject.js";
import { parseHubName } from "../../bases/resolve.js";
import { readRegularJson } from "../read-regular.js";
import { RunFolder } from "../run-folder.js";
import { isMinimalPlan } from "./run-summary.js";

export interface CardBase {
  /** As it may be shown: without folders of this machine. Of a model from scratch the family's word. */
  readonly name: string;
  /** Null: it is not of the hub. */
  readonly hub: { readonly id: string; readonly revision: string } | null;
  readonly scratch: boolean;
  /** Name of the training that was continued; null: none was. */
  readonly training: string | null;
}

/** Trainings that are followed back. */
const MOST = 32;

/** `run`: whose weights they are; its own plan tells more than that of a run which is opened again, where all is a folder. */
export function cardBaseOf(model: ModelPlan, run?: RunFolder, most = MOST): CardBase {
  const plan: unknown = run && readRegularJson(join(run.path, "plan.json"));
  const { base: name, folder, scratch, trained } = isMinimalPlan(plan) ? plan.recipe.model : model;
  const home = run ? resolve(run.path, run.lock()?.home ?? join("..", "..")) : "";
  if (trained) return { ...rootOf(trained.from, home, most), training: name };
  return rootOf({ name, folder, ...(scratch && { scratch }) }, home, most);
}

function rootOf({ name, folder, scratch }: DataReader, home: string, most: number): CardBase {
  const root = { name: hideLocalPath(name), hub: null, scratch: scratch !== undefined, training: null };
  if (scratch) return root;
  const run = isAbsolute(name) && basename(name) === "model" && most > 0 ? RunFolder.open(dirname(name)) : undefined;
  const plan: unknown = run && readRegularJson(join(run.path, "plan.json"));
  const training = run?.lock()?.name;
  if (isMinimalPlan(plan) && training !== undefined)
    return { ...cardBaseOf(plan.recipe.model, run, most - 1), training };
  return { ...root, hub: existsSync(resolve(home, folder, name)) ? null : parseHubName(name) };
}

/** The last name of a path that only this machine has; any other name as it is. */
export function hideLocalPath(text: string): string {
  const isLocal = isAbsolute(text) || /^(~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]|^~|^\.\.?[\\/]/.test(text);
  return isLocal ? (text.split(/[\\/]/).filter(Boolean).at(-1) ?? "a folder") : text;
}
