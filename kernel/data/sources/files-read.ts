/** Files that a plan's sources read, and their stamps as cache keys of the rows. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan, Call, Value } from "#dsl/language/types/value.js";
import { isPathPattern } from "#stdlib/files/path-patterns.js";
import { filesMatching } from "#stdlib/platform/files.js";
import { registry as whole } from "#stdlib/registry.js";
import { secretFingerprints } from "#stdlib/secrets/shared/stamp.js";
import { isSourceCall } from "../rows/rows.js";
import { isHttpAddress, isHostedSource } from "./addresses.js";
import { existingFolder } from "./hub/place.js";
import { readFileStamp } from "../../fetch/stamp.js";

/** Returns the source of a plan, or that of each split. */
export function sourceCalls(source: DataPlan["source"]): readonly Call[] {
  return isSourceCall(source) ? [source] : Object.values(source);
}

/** Returns the files read by `path`, including those of nested sources; null if a source reads anything else. */
export function sourceFiles(source: DataPlan["source"], folder: string): readonly string[] | null {
  const files = sourceCalls(source).map((call) => filesOf(call, folder));
  return files.includes(null) ? null : files.flatMap((callFiles) => callFiles ?? []);
}

function filesOf(call: Call, folder: string): readonly string[] | null {
  const { path, root } = call.arguments;
  if (root !== undefined || call.arguments["sources"] !== undefined)
    return filesWithin(call, typeof root === "string" ? root : folder);
  // Downloaded files don't change.
  if (typeof path === "string" && (isHttpAddress(path) || isElsewhere(call, path, folder))) return [];
  if (typeof path === "string") {
    const isFolder = statSync(resolve(folder, path), { throwIfNoEntry: false })?.isDirectory();
    const files = filesMatching(folder, isFolder ? `${path.replace(/[\\/]+$/, "")}/**` : path);
    return files.map((name) => resolve(folder, name));
  }
  const names = whole.find("source", call.word)?.capabilities?.fileNames?.(call);
  return names ? filesAmong(names, folder) : filesWithin(call, folder);
}

/** Returns the names that are files, and the matches of patterns. */
function filesAmong(names: readonly string[], folder: string): readonly string[] {
  return names.flatMap((name) => {
    const isFile = statSync(resolve(folder, name), { throwIfNoEntry: false })?.isFile() === true;
    if (!isFile && !isPathPattern(name)) return [];
    return filesMatching(folder, name).map((one) => resolve(folder, one));
  });
}

function isElsewhere(call: Call, path: string, folder: string): boolean {
  return isHostedSource(call) && existingFolder(folder, path) === null;
}

function filesWithin(call: Call, folder: string): readonly string[] | null {
  const within = callsIn(Object.values(call.arguments)).map((inner) => filesOf(inner, folder));
  return within.length === 0 || within.includes(null) ? null : within.flatMap((callFiles) => callFiles ?? []);
}

function callsIn(values: readonly (Value | undefined)[]): readonly Call[] {
  return values.flatMap((value) =>
    Array.isArray(value) ? callsIn(value as Value[]) : isSourceCall(value as Call) ? [value as Call] : [],
  );
}

/** Returns each file's path and stamp; null if something else is read, or a file is missing. */
export function sourceFileStamps(source: DataPlan["source"], folder: string): readonly string[] | null {
  try {
    const stamps = sourceFiles(source, folder)?.map((file) => [file, readFileStamp(file)] as const);
    if (!stamps || stamps.some(([, stamp]) => stamp === null)) return null;
    return stamps.map(([file, stamp]) => `${file} ${stamp}`);
  } catch (error) {
    if (error instanceof CodedError) return null; // reported when the file is read
    throw error;
  }
}

/** Returns the stamps of all files that a plan reads; null if it also reads anything else. */
export function dataPlanFileStamps({ source, annotations, clean }: DataPlan, folder: string): string | null {
  const stamps = sourceFileStamps(source, folder);
  if (!stamps) return null;
  const people = annotations
    ? [`${annotations.file} ${readFileStamp(resolve(folder, annotations.file)) ?? "none"}`]
    : [];
  return [...stamps, ...people, ...secretFingerprints(clean)].join("\n");
}

/** Returns each file's absolute path and stamp, for streamed rows. Coded errors `cannot-stream`, `no-files`. */
export function streamedFileStamps({ source }: DataPlan, folder: string): readonly string[] {
  const files = sourceFiles(source, folder);
  if (files) return files.map((file) => `${file} ${readFileStamp(file) ?? "missing"}`);
  const other = sourceCalls(source).find((call) => sourceFiles(call, folder) === null);
  throw new CodedError("cannot-stream", {
    what: `\`${other?.word ?? "a source"}\` with a streamed source`,
    why: "only files have a stamp for the cache",
  });
}

export function totalFileSize(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
