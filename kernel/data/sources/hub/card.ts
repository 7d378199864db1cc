/**
 * Parses the README.md of a data set, as YAML between lines of `---`: its configs with the files of each split, and the
 * names of numeric labels. Unsupported parts are reported, never guessed.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Value } from "#dsl/language/types/value.js";
import { parseYaml } from "../../../fetch/yaml.js";

export interface HubDataConfig {
  readonly name: string;
  readonly usual: boolean;
  /** Patterns by split; null: derived from the names of files and folders. */
  readonly files: ReadonlyMap<string, readonly string[]> | null;
  /** Folder of its files; null: the data set's folder. */
  readonly folder: string | null;
  /** Arguments for each reader, by the word of the vocabulary. */
  readonly reading: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** Settings that no reader here supports. */
  readonly unread: readonly string[];
}
export type ClassNamesByColumn = Readonly<Record<string, readonly string[]>>;
export interface HubDataCard {
  readonly configs: readonly HubDataConfig[];
  classes(config: string): ClassNamesByColumn;
}

const SPLIT = /^\w+(?:\.\w+)*$/;

/** `text` null: the data set has no card. Coded error `hub-card`. */
export function parseHubDataCard(text: string | null, name: string): HubDataCard {
  const fail = (why: string): never => {
    throw new CodedError("hub-card", { name, why });
  };
  const front = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n---/.exec(text ?? "")?.[1];
  const frontMatter = front === undefined ? {} : yamlOf(front, fail);
  const configs = frontMatter["configs"] ?? [];
  if (!Array.isArray(configs)) return fail("`configs` is no list");
  const infos = [frontMatter["dataset_info"] ?? []].flat().filter(isRecord);
  return {
    configs: configs.map((one: unknown) => configOf(one, fail)),
    classes: (config) => {
      const whole = infos.length === 1 && infos[0]?.["config_name"] === undefined ? infos[0] : undefined;
      return classNamesIn((infos.find((info) => (info["config_name"] ?? "default") === config) ?? whole)?.["features"]);
    },
  };
}

function yamlOf(text: string, fail: (why: string) => never): Readonly<Record<string, unknown>> {
  let yaml: unknown;
  try {
    yaml = parseYaml(text, { maxAliasCount: 100, logLevel: "error" });
  } catch (error) {
    return fail((error as Error).message.split("\n")[0] ?? "it is no YAML");
  }
  return isRecord(yaml) ? yaml : {};
}

function configOf(value: unknown, fail: (why: string) => never): HubDataConfig {
  if (!isRecord(value) || typeof value["config_name"] !== "string") return fail("a config has no `config_name`");
  const { config_name: name, data_files: files, data_dir: folder, default: usual, ...settings } = value;
  if (folder !== undefined && typeof folder !== "string") return fail(`\`data_dir\` of ${name} is no text`);
  const { reading, unread } = readingOf(settings);
  return {
    name,
    usual: usual === true,
    folder: folder === undefined ? null : within(folder, fail),
    reading,
    unread,
    files: files === undefined || files === null ? null : filesOf(files, name, fail),
  };
}

/** `value`: a pattern, a list of them, a list of `split` and `path`, or a map of splits. */
function filesOf(value: unknown, name: string, fail: (why: string) => never): ReadonlyMap<string, readonly string[]> {
  const bad = (): never => fail(`\`data_files\` of ${name} is no pattern, list or map of splits`);
  const patterns = (one: unknown): readonly string[] => {
    const all = [one].flat() as unknown[];
    return all.length > 0 && all.every((text): text is string => typeof text === "string")
      ? all.map((text) => within(text, fail))
      : bad();
  };
  const splits = new Map<string, readonly string[]>();
  const add = (split: unknown, path: unknown): void => {
    if (typeof split !== "string" || !SPLIT.test(split))
      return fail(`a split of ${name} is called ${JSON.stringify(split)}`);
    splits.set(split, [...(splits.get(split) ?? []), ...patterns(path)]);
  };
  if (Array.isArray(value) && value.every(isRecord)) for (const one of value) add(one["split"], one["path"]);
  else if (isRecord(value)) for (const [split, path] of Object.entries(value)) add(split, path);
  else add("train", value);
  return splits.size > 0 ? splits : bad();
}

/** Requires a path below the folder. */
function within(path: string, fail: (why: string) => never): string {
  const names = path.split("/");
  if (/^\w+:\/\//.test(path) || path.startsWith("/") || names.includes(".."))
    return fail(`${JSON.stringify(path)} is outside its folder`);
  return names.filter((name) => name !== "" && name !== ".").join("/");
}

/** Maps settings of `datasets` to arguments of readers here, by the word of the vocabulary. */
function readingOf(settings: Readonly<Record<string, unknown>>): Pick<HubDataConfig, "reading" | "unread"> {
  const reading: Record<string, Record<string, Value>> = {};
  const set = (word: string, name: string, value: Value): void => {
    (reading[word] ??= {})[name] = value;
  };
  const unread: string[] = [];
  for (const [key, value] of Object.entries(settings)) {
    const text = typeof value === "string" ? value : undefined;
    if (/^(?:sep|delimiter)$/.test(key) && text !== undefined && text.length === 1) set("csv", "delimiter", text);
    else if (key === "quotechar" && text !== undefined) set("csv", "quote", text);
    else if (key === "encoding" && text !== undefined)
      for (const word of ["csv", "json", "jsonl", "text"]) set(word, key, text);
    else if (key === "skiprows" && typeof value === "number") set("csv", "skip", value);
    else if (/^(?:names|column_names)$/.test(key) && isTexts(value)) set("csv", "names", value);
    else if (key === "header" && (value === null || value === 0))
      set("csv", "header", value === null ? "none" : "first");
    else if (key === "field" && text !== undefined) set("json", "rows", text);
    else if (key === "sample_by" && text !== undefined && /^(?:line|paragraph|document)$/.test(text))
      set("text", "unit", text === "document" ? "file" : text);
    else if (key !== "features" && key !== "version" && key !== "description") unread.push(key);
  }
  // If only names are given, `datasets` reads the first line as a row.
  if (reading["csv"]?.["names"] !== undefined) reading["csv"]["header"] ??= "none";
  return { reading, unread };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** `features`: the list in a README.md, or the map in dataset_info.json. */
export function classNamesIn(features: unknown): ClassNamesByColumn {
  if (Array.isArray(features))
    return Object.fromEntries(
      features.flatMap((one: unknown) => {
        if (!isRecord(one) || typeof one["name"] !== "string") return [];
        const names = namesIn(one["dtype"]) ?? namesIn(one["sequence"]) ?? namesIn(one["list"]);
        return names ? [[one["name"], names]] : [];
      }),
    );
  if (!isRecord(features)) return {};
  return Object.fromEntries(
    Object.entries(features).flatMap(([column, one]) => {
      const names = namesIn(one) ?? namesIn(isRecord(one) ? one["feature"] : undefined);
      return names ? [[column, names]] : [];
    }),
  );
}

/** `{ class_label: { names: { '0': neg } } }`, or `{ names: [neg], _type: ClassLabel }`. */
function namesIn(type: unknown): readonly string[] | null {
  if (!isRecord(type)) return null;
  const label = type["_type"] === "ClassLabel" ? type : (type["class_label"] ?? namedDtype(type));
  const names = isRecord(label) ? label["names"] : undefined;
  if (isTexts(names)) return names;
  if (!isRecord(names)) return null;
  const entries = Object.entries(names).sort((a, b) => Number(a[0]) - Number(b[0]));
  return entries.every(([key], i) => key === String(i)) ? entries.map(([, one]) => String(one)) : null;
}

/** In a sequence of classes, the class is its `dtype`. */
function namedDtype(type: Readonly<Record<string, unknown>>): unknown {
  return isRecord(type["dtype"]) ? type["dtype"]["class_label"] : undefined;
}
