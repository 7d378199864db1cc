/**
 * The files that a plan reads, each with its content's hash: what a record keeps, a bundle packs and a worker asks for. A file
 * that has not changed since is not hashed again by this process.
 */
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { FederatedPlan } from "#dsl/compiler/plan/recipe.js";
import type { DataPlan, ModelPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { registry } from "#stdlib/registry.js";
import { isModelFile, findKnownFiles } from "../known-files.js";
import type { Base } from "../../bases/base.js";
import { sourceFiles } from "../../data/sources/files-read.js";
import { cachedSha256Of } from "../../fetch/hashed.js";

export { cachedSha256Of };

export type IngredientKind = "data" | "annotations" | "base" | "named";
export interface Ingredient {
  readonly sort: IngredientKind;
  /** Absolute. */
  readonly path: string;
  /** From the folder where relative paths start, with `/`; of a base from its own folder. It may lead out of that folder (`../`). */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export interface Ingredients {
  readonly files: readonly Ingredient[];
  /** What is read that is no file: an address, a query, a table of the notebook, as the plan's calls. */
  readonly others: readonly Call[];
}
export interface IngredientOptions {
  /** Absolute: where relative paths of the plan start. */
  readonly folder: string;
  /** Absent: it is from scratch, or nobody asks. */
  readonly base?: Pick<Base, "folder" | "files"> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** In a fixed order: data, annotations, the base's, those that words name. */
export async function ingredientsOf(
  {
    data,
    model,
    federated,
  }: { readonly data: DataPlan; readonly model?: ModelPlan; readonly federated?: FederatedPlan },
  options: IngredientOptions,
): Promise<Ingredients> {
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
  const files: Ingredient[] = [];
  const add = async (sort: IngredientKind, path: string, from: string): Promise<void> => {
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

/** Files and folders that arguments name, by the records of their words. */
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

/** A file, or the files of a model or an adapter in a folder; none where neither is there. */
export function modelFilesAt(name: string, folder: string): readonly string[] {
  const path = resolve(folder, name);
  if (isFile(path)) return [path];
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? findKnownFiles(path, isModelFile) : [];
}
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
