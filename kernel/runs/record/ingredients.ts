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
import { isModelFile, knownFiles } from "../known-files.js";
import type { Base } from "../../bases/base.js";
import { filesRead } from "../../data/sources/files-read.js";
import { hashAt } from "../../fetch/hashed.js";

export { hashAt };

export type Sort = "data" | "annotations" | "base" | "named";
export interface Ingredient {
  readonly sort: Sort;
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
export interface Around {
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
  o: Around,
): Promise<Ingredients> {
  const all = [data, ...(federated?.others ?? []).map((one) => one.data)];
  const homeOf = (one: DataPlan): string => resolve(o.folder, one.folder);
  const read = all.map((one) => filesRead(one.source, homeOf(one)));
  const people = all.flatMap(({ annotations, folder }) =>
    annotations ? [resolve(o.folder, folder, annotations.file)].filter(isFile) : [],
  );
  const cleaners = all.flatMap(({ clean }) => clean);
  const named = [model?.task, model?.technique, model?.template, ...cleaners].flatMap((call) =>
    namedIn(call, o.folder),
  );
  const files: Ingredient[] = [];
  const add = async (sort: Sort, path: string, from: string): Promise<void> => {
    o.signal?.throwIfAborted();
    const found = await stat(path);
    // Reading a named pipe would wait for a writer forever.
    if (!found.isFile()) throw new CodedError("unreadable-file", { file: path, why: "it is no regular file" });
    const { size } = found;
    files.push({ sort, path, name: relative(from, path).split("\\").join("/"), bytes: size, hash: await hashAt(path) });
  };
  for (const path of new Set(read.flatMap((rows) => rows ?? []))) await add("data", path, o.folder);
  for (const path of people) await add("annotations", path, o.folder);
  const { base } = o;
  if (base) for (const name of base.files) await add("base", join(base.folder, name), base.folder);
  for (const path of new Set(named)) await add("named", path, o.folder);
  return { files, others: all.filter((_, i) => (read[i] ?? []).length === 0).flatMap(callsOf) };
}

const callsOf = ({ source }: DataPlan): readonly Call[] => (isCall(source) ? [source] : Object.values(source));

/** Files and folders that arguments name, by the records of their words. */
export function namedIn(call: unknown, folder: string): readonly string[] {
  if (Array.isArray(call)) return call.flatMap((one) => namedIn(one, folder));
  if (!isCall(call)) return [];
  const { word, kind, arguments: given } = call;
  const parameters = registry.find(kind, word)?.parameters ?? [];
  return Object.entries(given).flatMap(([name, value]) => {
    const suggests = parameters.find((parameter) => parameter.name === name)?.suggests;
    if (typeof value !== "string" || suggests === undefined || suggests.from !== "files") return namedIn(value, folder);
    return filesAt(value, folder);
  });
}

/** A file, or the files of a model or an adapter in a folder; none where neither is there. */
export function filesAt(name: string, folder: string): readonly string[] {
  const path = resolve(folder, name);
  if (isFile(path)) return [path];
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? knownFiles(path, isModelFile) : [];
}
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
