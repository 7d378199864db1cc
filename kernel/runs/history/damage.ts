/** Finds damage in a run's folder, and identifies the run despite it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readCheckpoints } from "../checkpoints.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planSchema } from "../plan-schema.js";
import { readCheckedJson } from "../read-events.js";
import { pinnedRunFactsSchema, type PinnedRunFacts, type RunFolder } from "../run-folder.js";
import type { Schema } from "../../fetch/json.js";
import { minimalPlanSchema } from "./newest-scores.js";

/** Whether a training created the folder, damaged or not. */
export function isRunFolder(folder: string): boolean {
  if (["plan.json", "lock.json", "events.jsonl"].some((name) => existsSync(join(folder, name)))) return true;
  try {
    return readdirSync(join(folder, "checkpoints")).some((name) => /^step-\d+\.safetensors$/.test(name));
  } catch {
    return false;
  }
}

/** Returns the name of its training from its lock, else its plan, else its id. */
export function trainingNameOf(run: RunFolder): string {
  const { plan } = partsOf(run);
  return run.lock()?.name ?? plan?.effects.run ?? run.id.replace(/-\d{8}-\d{6}-[0-9a-f]{6}(-\d+)?$/, "");
}

/** Returns the hash of its recipe from its lock, else its plan. */
export function recipeHashOfRun(run: RunFolder): string | null {
  return run.lock()?.recipeHash ?? partsOf(run).plan?.recipeHash ?? null;
}

/** Returns why its plan or lock prevents opening it; null if they are valid. */
export function damageText(run: RunFolder): string | null {
  const { damage } = partsOf(run);
  return damage.length > 0 ? damage.join(", ") : null;
}

/** Whether its log lacks the training whose checkpoints exist. */
export function hasLostLog(run: RunFolder): boolean {
  return readCheckpoints(run).length > 0 && !run.events().some(({ kind }) => kind !== "damaged" && kind !== "allowed");
}

/**
 * Reads and fully validates its plan and lock. Throws the coded error `run-unreadable`, which names the file and the
 * position in it.
 */
export function readPlanAndLock(run: RunFolder): { readonly plan: Plan; readonly lock: PinnedRunFacts } {
  const { lock, damage } = partsOf(run);
  const plan = readCheckedJson(join(run.path, "plan.json"), planSchema);
  if (!lock || damage.length > 0) throw unreadableRunError(run, damage.join(", "));
  if ("why" in plan) throw unreadableRunError(run, `plan.json ${plan.why}`);
  return { plan: plan.value, lock };
}

export function unreadableRunError(run: RunFolder, why: string): CodedError {
  const weights = readCheckpoints(run).filter((one) => "position" in one).length;
  return new CodedError("run-unreadable", { run: run.id, why, folder: run.path, weights });
}

function partsOf(run: RunFolder) {
  const damage: string[] = [];
  const read = <T>(name: string, schema: Schema<T>): T | null => {
    const found = readCheckedJson(join(run.path, name), schema);
    if ("value" in found) return found.value;
    damage.push(`${name} ${found.why}`);
    return null;
  };
  return { plan: read("plan.json", minimalPlanSchema), lock: read("lock.json", pinnedRunFactsSchema), damage };
}
