/**
 * Expands `hub(…)` to calls that read the files of each split. The results are calls of the same word with `sources`,
 * so that stamps, streams and mixtures treat them as nested sources.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { word as hub } from "#stdlib/sources/hub.js";
import { objectWith, parseJsonOrNull, optionalUnknown } from "../../../fetch/json.js";
import {
  parseHubDataCard,
  classNamesIn,
  type HubDataCard,
  type ClassNamesByColumn,
  type HubDataConfig,
} from "./card.js";
import { matchPatterns, splitsFromFileNames, type FilesBySplit } from "./own-splits.js";
import { compareNames, existingFolder, canBeHubName, localDataSetPlace, type DataSetPlace } from "./place.js";
import { hubDataSetPlace, type HubRemoteOptions } from "./remote.js";

// Selects the reader of a data set's file by its extensions.

/** By extension: the group of files that belong together, and the word of the vocabulary that reads one. */
const readers: Readonly<Record<string, { readonly kind: string; readonly word: string }>> = {
  parquet: { kind: "parquet", word: "parquet" },
  arrow: { kind: "arrow", word: "arrow" },
  jsonl: { kind: "json", word: "jsonl" },
  ndjson: { kind: "json", word: "jsonl" },
  json: { kind: "json", word: "json" },
  csv: { kind: "csv", word: "csv" },
  tsv: { kind: "csv", word: "csv" },
  txt: { kind: "text", word: "text" },
};
/** Preference if two groups have equally many files. */
const favoured = Object.keys(readers);
/** Other kinds of contents, and unsupported compression. */
const others =
  /\.(?:png|jpe?g|gif|webp|bmp|tiff?|wav|mp3|flac|ogg|opus|m4a|mp4|avi|mkv|webm|pdf|tar|tgz|xml|h5|hdf5|npz?|pt|pkl|pickle|lance|conllu?|eval|toml|xlsx?|zip|gz|zst|bz2|xz|7z)$/i;
const packed = /\.(?:gz|zst|zip)$/i;

function endingsOf(name: string): readonly string[] {
  return (name.split("/").at(-1) ?? "").toLowerCase().split(".").slice(1);
}

/** Returns the extension that determines the reader; undefined: no reader supports the file. */
function endingOf(name: string): string | undefined {
  const bare = name.replace(packed, "").toLowerCase();
  const last = bare.split(".").at(-1) ?? "";
  return endingsOf(name).length > 0 && Object.hasOwn(readers, last) ? last : undefined;
}

/** Returns whether the file may contain rows or other contents of a data set. */
export function isDataFile(name: string): boolean {
  return endingOf(name) !== undefined || others.test(name);
}

export interface HubDataFile {
  readonly name: string;
  readonly word: string;
}

/** Returns the files of the most common group. Coded error `hub-format`. */
export function mostCommonFormatFiles(name: string, files: readonly string[]): readonly HubDataFile[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const ending = endingOf(file) ?? endingsOf(file).at(-1) ?? "";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const rank = (ending: string): number => (favoured.includes(ending) ? favoured.indexOf(ending) : favoured.length);
  const [most = ""] = [...counts].sort((a, b) => b[1] - a[1] || rank(a[0]) - rank(b[0]))[0] ?? [];
  const kind = readers[most]?.kind;
  if (kind === undefined)
    throw new CodedError("hub-format", {
      name,
      found: most === "" ? "of no kind that is known" : `.${most}`,
      example: files.find((file) => file.toLowerCase().endsWith(most)) ?? files[0] ?? "",
    });
  return files.flatMap((file) => {
    const reader = readers[endingOf(file) ?? ""];
    return reader?.kind === kind ? [{ name: file, word: reader.word }] : [];
  });
}

export interface HubDataOptions extends HubRemoteOptions {
  /** Fetches only the first file of a split. */
  readonly head?: boolean;
}
export interface ResolvedHubData {
  /** Splits in order; at least one. */
  readonly splits: ReadonlyMap<string, Call>;
  /** Origin of the rows, as shown in the facts. */
  readonly sources: readonly string[];
  readonly notes: readonly string[];
}

export function requestedSplit(call: Call): string | null {
  return argumentsWithDefaults(hub, call).split ?? null;
}

/** Resolves the requested splits, or all. Throws the coded errors `hub-…`, `no-files`, and those of downloads. */
export async function resolveHubData(call: Call, options: HubDataOptions): Promise<ResolvedHubData> {
  const { path, config: requestedConfig, split, revision } = argumentsWithDefaults(hub, call);
  const local = existingFolder(options.folder, path);
  const place =
    local === null ? await hubPlace(path, revision ?? null, options) : localDataSetPlace(options.folder, path, local);
  const { data, config, from, notes } = await layoutOf(place, path, requestedConfig ?? null, revision ?? null, options);
  const splits = [...data.keys()];
  if (split && !data.has(split)) throw new CodedError("hub-split", { name: path, split, has: splits });
  const wanted = split ? [split] : options.head ? splits.slice(0, 1) : splits;
  const description = from.description;
  const calls: [string, Call][] = [];
  const classes = { ...(await ownClasses(from)), ...config.classes };
  for (const name of wanted) {
    const files = mostCommonFormatFiles(path, data.get(name) ?? []);
    const read = options.head ? files.slice(0, 1) : files;
    await from.bring(read.map((file) => file.name));
    calls.push([name, callOf(call, from, config.reading, classes, read)]);
  }
  return {
    splits: new Map(calls),
    sources:
      description === undefined ? [] : [`${description}${config.name === "default" ? "" : `, config ${config.name}`}`],
    notes: [...notes, ...(from.note === undefined ? [] : [from.note])],
  };
}

async function hubPlace(path: string, revision: string | null, options: HubDataOptions): Promise<DataSetPlace> {
  const place = canBeHubName(path) ? await hubDataSetPlace(path, revision, options) : null;
  if (!place) throw new CodedError("hub-not-found", { name: path, folder: options.folder, revision: null });
  return place;
}

interface Layout {
  readonly data: FilesBySplit;
  readonly config: Pick<HubDataConfig, "name" | "reading"> & { readonly classes: ClassNamesByColumn };
  readonly from: DataSetPlace;
  readonly notes: readonly string[];
}

async function layoutOf(
  place: DataSetPlace,
  name: string,
  requestedConfig: string | null,
  revision: string | null,
  options: HubDataOptions,
): Promise<Layout> {
  const card = parseHubDataCard(await place.text("README.md"), name);
  const files = [...place.files.keys()].sort(compareNames);
  const config = configOf(card, name, requestedConfig);
  const data = splitsOf(files, name, config);
  const script = files.find((file) => /^[^/]+\.py$/.test(file));
  if (data.size === 0 && script !== undefined && config.files === null)
    return { ...(await converted(name, requestedConfig, script, { place, revision, card }, options)), notes: [] };
  if (data.size === 0) throw new CodedError("hub-files", { name, pattern: null, there: files.slice(0, 12) });
  const notes =
    config.unread.length > 0 ? [`${name}: its README.md has ${listNames(config.unread)}, which is not supported`] : [];
  return { data, config: { ...config, classes: card.classes(config.name) }, from: place, notes };
}

const plain: HubDataConfig = { name: "default", usual: true, files: null, folder: null, reading: {}, unread: [] };

/** Throws the coded error `hub-config`. */
function configOf({ configs }: HubDataCard, name: string, requestedConfig: string | null): HubDataConfig {
  const has = configs.length === 0 ? [plain.name] : configs.map((one) => one.name);
  if (requestedConfig !== null) {
    const found = configs.find((one) => one.name === requestedConfig) ?? (configs.length === 0 ? plain : undefined);
    // Without configs in the card, only the default is known: a script's configs are named only in its converted files.
    if (found && (configs.length > 0 || requestedConfig === plain.name)) return found;
    if (configs.length > 0) throw new CodedError("hub-config", { name, config: requestedConfig, has });
    return { ...plain, name: requestedConfig };
  }
  const usual = configs.find((one) => one.name === "default") ?? configs.find((one) => one.usual);
  const only = configs.length <= 1 ? (configs[0] ?? plain) : undefined;
  const found = usual ?? only;
  if (!found) throw new CodedError("hub-config", { name, config: null, has });
  return found;
}

/** Throws the coded error `hub-files` if a pattern of the card matches no file. */
function splitsOf(files: readonly string[], name: string, { files: named, folder }: HubDataConfig): FilesBySplit {
  const below = folder === null || folder === "" ? files : files.filter((file) => file.startsWith(`${folder}/`));
  const inside = below.map((file) => (below === files ? file : file.slice((folder ?? "").length + 1)));
  const whole = (names: readonly string[]): readonly string[] =>
    names.filter(isDataFile).map((file) => (below === files ? file : `${folder ?? ""}/${file}`));
  if (named === null) {
    const found = [...splitsFromFileNames(inside)].map(([split, splitFiles]): [string, readonly string[]] => [
      split,
      whole(splitFiles),
    ]);
    return new Map(found.filter(([, splitFiles]) => splitFiles.length > 0));
  }
  return new Map(
    [...named].map(([split, patterns]): [string, readonly string[]] => {
      const splitFiles = whole(matchPatterns(inside, patterns));
      if (splitFiles.length === 0)
        throw new CodedError("hub-files", { name, pattern: patterns.join(", "), there: files.slice(0, 12) });
      return [split, splitFiles];
    }),
  );
}

const CONVERTED = "refs/convert/parquet";

/** Returns the rows of a data set made by a script, as converted by the hub: CONFIG/SPLIT/0000.parquet. */
async function converted(
  name: string,
  requestedConfig: string | null,
  script: string,
  {
    place,
    revision,
    card,
  }: { readonly place: DataSetPlace; readonly revision: string | null; readonly card: HubDataCard },
  options: HubDataOptions,
): Promise<Omit<Layout, "notes">> {
  const refuse = (why: string): CodedError => new CodedError("hub-script", { name, script, why });
  if (place.root === null) throw refuse("programs of data sets are not run");
  if (revision !== null && revision !== "main" && revision !== CONVERTED)
    throw refuse(`the hub has its rows as Parquet only for the branch main, not for "${revision}"`);
  const from = await hubDataSetPlace(name, CONVERTED, options).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === "hub-not-found") return null;
    throw error;
  });
  const found = new Map<string, Map<string, string[]>>();
  for (const file of from?.files.keys() ?? []) {
    const [, config, split] = /^([^/]+)\/(?:partial-)?([^/]+)\/[^/]+\.parquet$/.exec(file) ?? [];
    if (config === undefined || split === undefined) continue;
    const splits = found.get(config) ?? new Map<string, string[]>();
    found.set(config, splits.set(split, [...(splits.get(split) ?? []), file]));
  }
  if (!from || found.size === 0) throw refuse("the hub has no Parquet files of its rows");
  const has = [...found.keys()];
  const config = requestedConfig ?? (found.has("default") ? "default" : has.length === 1 ? has[0] : null) ?? null;
  const data = config === null ? undefined : found.get(config);
  if (!data || config === null) throw new CodedError("hub-config", { name, config, has });
  if ([...from.files.keys()].some((file) => file.startsWith(`${config}/partial-`)))
    throw refuse("the hub converted only a part of its rows");
  const usual = ["train", "validation", "test"].filter((split) => data.has(split));
  const order = [...usual, ...[...data.keys()].filter((split) => !usual.includes(split))];
  return {
    data: new Map(order.map((split) => [split, data.get(split) ?? []])),
    config: { name: config, reading: {}, classes: card.classes(config) },
    from,
  };
}

/** Reads the features that `save_to_disk` writes next to the files. */
async function ownClasses(place: DataSetPlace): Promise<ClassNamesByColumn> {
  const file = [...place.files.keys()].find((name) => name.split("/").at(-1) === "dataset_info.json");
  const text = file === undefined ? null : await place.text(file);
  if (text === null) return {};
  // Without a readable description, the features are taken from the files themselves.
  const info = parseJsonOrNull(text, objectWith({ features: optionalUnknown }));
  return info ? classNamesIn(info.features) : {};
}

function callOf(
  call: Call,
  place: DataSetPlace,
  reading: HubDataConfig["reading"],
  classes: ClassNamesByColumn,
  files: ReturnType<typeof mostCommonFormatFiles>,
): Call {
  const { path, stream } = argumentsWithDefaults(hub, call);
  const sources = files.map(({ name, word }): Value => {
    const given: Record<string, Value> = {
      ...(word === "text" && { unit: "line" }),
      ...(/\.tsv(?:\.\w+)?$/i.test(name) && { delimiter: "\t" }),
      ...reading[word],
    };
    const whole: Call = {
      kind: "source",
      word,
      held: Object.keys(given),
      arguments: { ...given, path: place.named(name), ...(stream === true && { stream: true }) },
    };
    return whole;
  });
  return {
    ...call,
    arguments: {
      path,
      sources,
      sizes: files.map(({ name }) => place.files.get(name) ?? 0),
      classes: { record: Object.fromEntries(Object.entries(classes).map(([column, names]) => [column, [...names]])) },
      ...(place.root !== null && { root: place.root }),
      ...(stream === true && { stream: true }),
    },
  };
}
