/**
 * The files that a plan reads, each with the hash of its content. A record stores this list, a bundle packs the files
 * and a worker requests them. This process does not hash an unchanged file again.
 */
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FederatedPlan } from "#dsl/compiler/plan/plan.js";
import type { DataPlan, ModelPlan, Call } from "#dsl/language/types/value.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { registry } from "#stdlib/registry.js";
import { isModelFile, findKnownFiles } from "../known-files.js";
import type { BaseModel } from "../../bases/base.js";
import { sourceFiles } from "../../data/sources/files-read.js";
import { cachedSha256Of } from "../../fetch/hashed.js";

export { cachedSha256Of };

export type PlanInputFileKind = "data" | "annotations" | "base" | "named";
export interface PlanInputFile {
  readonly sort: PlanInputFileKind;
  /** Absolute path. */
  readonly path: string;
  /**
   * Path with `/`, relative to the folder of the plan's relative paths; for a base model, relative to its own folder.
   * It may lead out of that folder (`../`).
   */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export interface PlanInputs {
  readonly files: readonly PlanInputFile[];
  /** Calls of the plan that read something other than a file: an address, a query, a table of the notebook. */
  readonly others: readonly Call[];
}
export interface PlanInputOptions {
  /** Absolute path of the folder that the plan's relative paths start from. */
  readonly folder: string;
  /** Unset for a model from scratch, or if the base's files are not needed. */
  readonly base?: Pick<BaseModel, "folder" | "files"> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lists the files in a fixed order: data, annotations, the base's files, files named by arguments. */
export async function planInputsOf(
  {
    data,
    model,
    federated,
  }: { readonly data: DataPlan; readonly model?: ModelPlan; readonly federated?: FederatedPlan },
  options: PlanInputOptions,
): Promise<PlanInputs> {
  const all = [data, ...(federated?.others ?? []).map((one) => one.data)];
  const homeOf = (one: DataPlan): string => resolve(options.folder, one.folder);
  const read = all.map((one) => sourceFiles(one.source, homeOf(one)));
  const people = all.flatMap(({ annotations, folder }) =>
    annotations ? [resolve(options.folder, folder, annotations.file)].filter(isFile) : [],
  );
  const cleaners = all.flatMap(({ clean }) => clean);
  const named = [model?.task, model?.technique, model?.template, ...cleaners].flatMap((call) =>
    filesNamedBy(call, options.folder),
  );
  const files: PlanInputFile[] = [];
  const add = async (sort: PlanInputFileKind, path: string, from: string): Promise<void> => {
    options.signal?.throwIfAborted();
    const found = await stat(path);
    // Reading a named pipe would wait for a writer forever.
    if (!found.isFile()) throw new CodedError("unreadable-file", { file: path, why: "it is no regular file" });
    const { size } = found;
    files.push({
      sort,
      path,
      name: relative(from, path).split("\\").join("/"),
      bytes: size,
      hash: await cachedSha256Of(path),
    });
  };
  for (const path of new Set(read.flatMap((rows) => rows ?? []))) await add("data", path, options.folder);
  for (const path of people) await add("annotations", path, options.folder);
  const { base } = options;
  if (base) for (const name of base.files) await add("base", join(base.folder, name), base.folder);
  for (const path of new Set(named)) await add("named", path, options.folder);
  return { files, others: all.filter((_, i) => (read[i] ?? []).length === 0).flatMap(callsOf) };
}

const callsOf = ({ source }: DataPlan): readonly Call[] => (isCall(source) ? [source] : Object.values(source));

/** Returns the files and folders that a call's arguments name, according to the parameters in the registry. */
export function filesNamedBy(call: unknown, folder: string): readonly string[] {
  if (Array.isArray(call)) return call.flatMap((one) => filesNamedBy(one, folder));
  if (!isCall(call)) return [];
  const { word, kind, arguments: given } = call;
  const parameters = registry.find(kind, word)?.parameters ?? [];
  return Object.entries(given).flatMap(([name, value]) => {
    const suggests = parameters.find((parameter) => parameter.name === name)?.suggests;
    if (typeof value !== "string" || suggests === undefined || suggests.from !== "files")
      return filesNamedBy(value, folder);
    return modelFilesAt(value, folder);
  });
}

/** Returns the file, or the model or adapter files of a folder; empty if the path does not exist. */
export function modelFilesAt(name: string, folder: string): readonly string[] {
  const path = resolve(folder, name);
  if (isFile(path)) return [path];
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? findKnownFiles(path, isModelFile) : [];
}
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
