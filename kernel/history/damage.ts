/** What is damaged in the folder of a run, and which run it is all the same. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import "../core/session/load-codes.js";
import { readCheckpoints } from "../artifacts/checkpoints.js";
import { jsonRegular } from "../artifacts/read-regular.js";
import { isLock, type RunFolder } from "../artifacts/run-folder.js";
import { isPlan } from "../history/run-summary.js";

/** Whether a training left it, whole or not. */
export function isRunFolder(folder: string): boolean {
  if (["plan.json", "lock.json", "events.jsonl"].some((name) => existsSync(join(folder, name)))) return true;
  try {
    return readdirSync(join(folder, "checkpoints")).some((name) => /^step-\d+\.safetensors$/.test(name));
  } catch {
    return false;
  }
}

/** The name of its training: by its lock, else by its plan, else by its id. */
export function nameOf(run: RunFolder): string {
  const { plan } = partsOf(run);
  return run.lock()?.name ?? plan?.effects.run ?? run.id.replace(/-\d{8}-\d{6}-[0-9a-f]{6}(-\d+)?$/, "");
}

/** The recipe that it trained, by its lock or else its plan. */
export function recipeOf(run: RunFolder): string | null {
  return run.lock()?.recipeHash ?? partsOf(run).plan?.recipeHash ?? null;
}

/** What keeps it from being opened; null: nothing of its plan and lock does. */
export function damageOf(run: RunFolder): string | null {
  const { damage } = partsOf(run);
  return damage.length > 0 ? damage.join(", ") : null;
}

/** Whether its log says nothing of the training whose checkpoints are there. */
export function hasLostLog(run: RunFolder): boolean {
  return readCheckpoints(run).length > 0 && !run.events().some(({ kind }) => kind !== "damaged" && kind !== "allowed");
}

export function unreadable(run: RunFolder, why: string): CodedError {
  const weights = readCheckpoints(run).filter((one) => "position" in one).length;
  return new CodedError("run-unreadable", { run: run.id, why, folder: run.path, weights });
}

function partsOf(run: RunFolder) {
  const damage: string[] = [];
  const read = <T>(name: string, is: (value: unknown) => value is T): T | null => {
    const file = join(run.path, name);
    const value = jsonRegular(file);
    if (is(value)) return value;
    damage.push(existsSync(file) ? `${name} can't be read` : `${name} is missing`);
    return null;
  };
  return { plan: read("plan.json", isPlan), lock: read("lock.json", isLock), damage };
}
