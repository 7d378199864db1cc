/** What a model card says that a training began from: a base of the hub, a folder, another training, or nothing. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { ModelPlan, ReaderOf } from "#dsl/language/types/subject.js";
import { hubName } from "../../bases/resolve.js";
import { jsonRegular } from "../read-regular.js";
import { RunFolder } from "../run-folder.js";
import { isPlan } from "./run-summary.js";

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
export function cardBase(model: ModelPlan, run?: RunFolder, most = MOST): CardBase {
  const plan: unknown = run && jsonRegular(join(run.path, "plan.json"));
  const { base: name, folder, scratch, trained } = isPlan(plan) ? plan.recipe.model : model;
  const home = run ? resolve(run.path, run.lock()?.home ?? join("..", "..")) : "";
  if (trained) return { ...rootOf(trained.from, home, most), training: name };
  return rootOf({ name, folder, ...(scratch && { scratch }) }, home, most);
}

function rootOf({ name, folder, scratch }: ReaderOf, home: string, most: number): CardBase {
  const root = { name: withoutPlace(name), hub: null, scratch: scratch !== undefined, training: null };
  if (scratch) return root;
  const run = isAbsolute(name) && basename(name) === "model" && most > 0 ? RunFolder.open(dirname(name)) : undefined;
  const plan: unknown = run && jsonRegular(join(run.path, "plan.json"));
  const training = run?.lock()?.name;
  if (isPlan(plan) && training !== undefined) return { ...cardBase(plan.recipe.model, run, most - 1), training };
  return { ...root, hub: existsSync(resolve(home, folder, name)) ? null : hubName(name) };
}

/** The last name of a path that only this machine has; any other name as it is. */
export function withoutPlace(text: string): string {
  const own = isAbsolute(text) || /^(~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]|^~|^\.\.?[\\/]/.test(text);
  return own ? (text.split(/[\\/]/).filter(Boolean).at(-1) ?? "a folder") : text;
}
