/** Decides which files of a hub data set's folder contain rows or describe them. A bundle omits the others. */
import { join } from "node:path";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import type { Call } from "#dsl/language/types/value.js";
import { isWithin } from "#stdlib/platform/files.js";
import { isHostedSource } from "../../data/sources/addresses.js";
import { sourceFiles } from "../../data/sources/files-read.js";
import { resolveHubData } from "../../data/sources/hub/expand.js";
import { existingFolder } from "../../data/sources/hub/place.js";

/** Files in a data set's folder that describe its rows. */
const DESCRIBE = ["README.md", "dataset_info.json", "dataset_dict.json", "state.json"];

/**
 * Returns a filter that reports whether a file belongs to a source's rows; files outside such folders always do. Coded
 * errors: those of `resolveHubData`. `home`: absolute base of the source's relative paths.
 */
export async function hubFileFilter(
  source: unknown,
  home: string,
  signal?: AbortSignal,
): Promise<(path: string) => boolean> {
  const [folders, read]: [string[], Set<string>] = [[], new Set()];
  for (const call of callsWithin(source)) {
    const { path } = call.arguments;
    const local = isHostedSource(call) && typeof path === "string" ? existingFolder(home, path) : null;
    if (local === null) continue;
    folders.push(local);
    const { splits } = await resolveHubData(call, { folder: home, signal });
    const rows = [...splits.values()].flatMap((one) => sourceFiles(one, home) ?? []);
    for (const file of [...rows, ...DESCRIBE.map((name) => join(local, name))]) read.add(file);
  }
  return (path) => read.has(path) || !folders.some((folder) => isWithin(path, folder));
}

function callsWithin(value: unknown): readonly Call[] {
  if (Array.isArray(value)) return value.flatMap(callsWithin);
  if (!isRecord(value)) return [];
  return [...(isCall(value) ? [value] : []), ...Object.values(value).flatMap(callsWithin)];
}
