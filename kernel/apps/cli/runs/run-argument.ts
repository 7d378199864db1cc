/** Resolves a command's run argument: a path from the working folder, or an id or name among a folder's runs. */
import { resolve } from "node:path";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { findRun } from "#kernel/runs/history/find-run.js";
import { runsFolder } from "./runs-folder.js";

/** Coded errors `bad-usage`, `several-runs`, `not-a-run`. */
export function findRunByName(named: string, folder: string): RunFolder {
  const runs = runsFolder(folder);
  try {
    return findRun(named, { folder: resolve("."), runs });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "run-not-found") throw error;
    const { path, names, near } = error.data as CodeData["run-not-found"];
    const there = names.length === 0 ? "which has none" : `which has ${listNames(names, { most: 5 })}`;
    const meant = near === null ? "" : `: did you mean ${near}?`;
    const message = `there is no run ${path} in ${runs}, ${there}${meant}`;
    throw new CodedError("bad-usage", { message, command: "tunebook runs" });
  }
}
