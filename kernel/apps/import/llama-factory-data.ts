/**
 * LLaMA-Factory's data sets: named in the settings, described in `dataset_info.json` near the data. A data set without
 * a description is listed as not carried over, and an Alpaca file of its name is assumed.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import {
  interleaveText,
  differentRowsAdvice,
  areDatasetsReadAlike,
  mixedSourceText,
  type InterleaveStoppingStrategy,
} from "./mixture.js";
import { wordCallText, hubSourceText, quoted, settingNumber, word, type ProgramDraft } from "./write-program.js";
import { refusalAdvice, refuseObjective } from "./refusals.js";
import type { ToolSettings } from "./settings.js";

/** Reads text files near the settings, by relative path; undefined: the file does not exist. */
export type NearbyFiles = (path: string) => string | undefined;
/** Settings for the descriptions, and for the folder where they were found. */
const [INFO, FOLDER] = ["dataset_info", "dataset_info_folder"] as const;

/** Adds the description of each named data set to the settings. */
export function withDatasetDescriptions(
  settings: Readonly<Record<string, unknown>>,
  beside: NearbyFiles,
): Record<string, unknown> {
  const folder = folderOf(settings["dataset_dir"]);
  for (const path of [`${folder}/dataset_info.json`, "dataset_info.json"]) {
    const described = recordOf(beside(path));
    if (!described) continue;
    const named = [settings["dataset"], settings["eval_dataset"]]
      .flatMap(namesIn)
      .flatMap((name) => (isRecord(described[name]) ? [[name, described[name]] as const] : []));
    if (named.length === 0) return { ...settings };
    return { ...settings, [INFO]: Object.fromEntries(named), [FOLDER]: path.replace(/\/?[^/]*$/, "") };
  }
  return { ...settings };
}
function recordOf(json: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (json === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(json);
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined; // a data set without a description is listed as such
  }
}
const folderOf = (datasetDir: unknown): string =>
  typeof datasetDir === "string" && !datasetDir.includes(":") ? datasetDir.replace(/\/$/, "") : "data";
const namesIn = (names: unknown): readonly string[] =>
  [names].flat().flatMap((one) => (typeof one === "string" ? one.split(/\s*,\s*/) : []));

/** Settings that locate a data set's rows and limit their number. */
const where = /^(file_name|hf_hub_url|ms_hub_url|om_hub_url|subset|split|num_samples)$/;

/** Rows, and whether separate rows for evaluation are named. */
export interface LlamaFactoryRows {
  readonly data: ProgramDraft["data"];
  readonly hasHoldout: boolean;
}

/** `cut`: rows of these data sets are held out. */
export function readLlamaFactoryRows(
  s: ToolSettings,
  { plain, cut }: { readonly plain: boolean; readonly cut: boolean },
): LlamaFactoryRows {
  const named = s.texts("dataset").flatMap(namesIn);
  const looked = s.texts("eval_dataset").flatMap(namesIn);
  if ([...named, ...looked].some((name) => /^mllm|llava|image|video|audio/i.test(name)))
    s.refuse("dataset", "data that are pictures, films or sound", refusalAdvice.texts);
  const folder = s.text("dataset_dir");
  if (folder?.includes(":")) s.leave("dataset_dir", "files of the net are fetched first");
  const info = s.inner(INFO);
  const entryOf = (name: string): ToolSettings | undefined =>
    info.keys().includes(name) ? info.inner(name) : undefined;
  const [first = "data"] = named;
  const firstEntry = entryOf(first);
  const isAlike = (name: string): boolean => {
    const other = entryOf(name);
    return firstEntry && other ? areDatasetsReadAlike(firstEntry, other, where) : firstEntry === other;
  };
  const carried = [first, ...named.slice(1).filter(isAlike)];
  const each = s.flag("eval_on_each_dataset");
  const validation = !cut && !each && looked.every(isAlike) ? looked : [];
  listLost(s, { lost: named.filter((name) => !carried.includes(name)), cut, validates: validation.length > 0 });
  const all = [...new Set([...carried, ...validation])];
  info.leaveAll(differentRowsAdvice, ...all);
  if (!firstEntry) s.leave("dataset", "no dataset_info.json describes it: Alpaca files of that name were taken");
  const sourceFor = (name: string): string => {
    const entry = entryOf(name);
    return entry ? sourceOf(entry, s.text(FOLDER) ?? "") : `json(${quoted(`${folderOf(folder)}/${name}.json`)})`;
  };
  const described = all.flatMap((name) => entryOf(name) ?? []).map((entry) => columnsOf(entry, plain));
  const train = mixtureOf(s, carried.map(sourceFor));
  return {
    data: {
      source:
        validation.length > 0
          ? `{ train: ${train}, validation: ${mixedSourceText(validation.map(sourceFor))} }`
          : train,
      columns: described[0] ?? (plain ? "{ text: text }" : "{ messages: alpaca() }"),
      sample: sampleOf(s, all.map(entryOf), { sets: carried.length, validates: validation.length > 0 }),
    },
    hasHoldout: validation.length > 0,
  };
}

function listLost(
  s: ToolSettings,
  { lost, cut, validates }: { readonly lost: readonly string[]; readonly cut: boolean; readonly validates: boolean },
): void {
  if (lost.length > 0) s.leave("dataset", `without ${lost.join(", ")}, whose rows have another format`);
  if (validates) return;
  s.leave("eval_dataset", cut ? "`val_size` takes precedence" : "write `source: { train: …, validation: … }`");
  s.leave("eval_on_each_dataset", "write `source: { train: …, validation: … }`");
}

/** Stopping rules of LLaMA-Factory's strategies. */
const endings: Readonly<Record<string, InterleaveStoppingStrategy>> = {
  interleave_under: "first_exhausted",
  interleave_over: "all_exhausted",
};
/** Mixes the rows of several data sets: concatenated, unless a strategy draws them by shares. */
function mixtureOf(s: ToolSettings, sources: readonly string[]): string {
  if (sources.length < 2) {
    s.ignore("a single data set needs no mixing", "mix_strategy", "interleave_probs");
    return mixedSourceText(sources);
  }
  const strategy = s.lowerText("mix_strategy") ?? "concat";
  if (strategy === "concat") {
    s.ignore("data sets that are put together have no shares", "interleave_probs");
    if (s.flag("disable_shuffling")) s.leave("disable_shuffling", "rows of several data sets are drawn by chance");
    return mixedSourceText(sources);
  }
  const ending = endings[strategy];
  const shares = sharesIn(s);
  const drawn = ending && interleaveText(s, sources, { shares, ending, key: "mix_strategy" });
  if (drawn !== undefined) return drawn;
  s.leave("mix_strategy", "the data sets are put together");
  s.leave("interleave_probs", "the data sets are put together");
  return mixedSourceText(sources);
}

/** Parses a list of numbers, or a text with commas. */
function sharesIn(s: ToolSettings): readonly number[] | undefined {
  if (!s.has("interleave_probs")) return undefined;
  const value = s.value("interleave_probs");
  return typeof value === "string" ? s.text("interleave_probs")?.split(",").map(Number) : s.numbers("interleave_probs");
}

/** Number of rows to sample from the data. */
function sampleOf(
  s: ToolSettings,
  entries: readonly (ToolSettings | undefined)[],
  { sets, validates }: { readonly sets: number; readonly validates: boolean },
): string | undefined {
  const most = s.number("max_samples");
  if (sets === 1 && !validates) {
    s.leave(
      "max_samples",
      "the first rows are used there, and `sample` draws this many evenly: cut the file to keep those",
    );
    const sampleCount = entries[0]?.number("num_samples");
    if (most !== undefined) entries[0]?.leave("num_samples", "`max_samples` takes precedence");
    return settingNumber(most ?? sampleCount);
  }
  const why = "of each data set the first rows are taken there: cut the files";
  s.leave("max_samples", why);
  for (const entry of entries) entry?.leave("num_samples", why);
  return most === undefined || validates ? undefined : settingNumber(most * sets);
}

function columnsOf(entry: ToolSettings, plain: boolean): string {
  if (entry.flag("ranking")) entry.refuse("ranking", "preference optimisation", refusalAdvice.preference);
  const columns = entry.inner("columns");
  for (const key of ["images", "videos", "audios"])
    if (columns.has(key)) columns.refuse(key, "data that are pictures, films or sound", refusalAdvice.texts);
  if (columns.has("kto_tag")) refuseObjective(columns, "kto_tag", "kto");
  for (const key of ["chosen", "rejected"])
    if (columns.has(key)) columns.refuse(key, "preference optimisation", refusalAdvice.preference);
  columns.leave("history", "earlier turns are not read: write rows as conversations");
  columns.leave("system", "write the system's text as a turn of the conversation");
  columns.leave("tools", "rows are read without tools");
  return plain
    ? `{ text: ${word(columns.text("prompt") ?? "instruction")} }`
    : `{ messages: ${rowsOf(entry, columns)} }`;
}

function sourceOf(entry: ToolSettings, folder: string): string {
  const path = entry.text("hf_hub_url");
  if (path !== undefined) {
    entry.leave("file_name", "`hf_hub_url` takes precedence");
    entry.ignore("the same data set elsewhere", "ms_hub_url", "om_hub_url");
    const split = entry.text("split") ?? "train";
    if (!/^\w+$/.test(split)) entry.leave("split", "keep this many rows with `sample: N`");
    return hubSourceText(path, {
      config: entry.text("subset"),
      split: split.replace(/\[.*$/, ""),
      revision: undefined,
    });
  }
  const file = entry.text("file_name") ?? "data.json";
  const ending = /\.(csv|json|jsonl|parquet|arrow|txt)$/.exec(file)?.[1];
  const reader = ending === "txt" ? "text" : (ending ?? "json");
  return `${reader}(${quoted(folder === "" ? file : `${folder}/${file}`)})`;
}

/** Alpaca's three columns, or a column of turns with its own names. */
function rowsOf(entry: ToolSettings, columns: ToolSettings): string {
  const kind = entry.lowerText("formatting") ?? "alpaca";
  const differing = (s: ToolSettings, key: string, usual: string): string | undefined => {
    const name = s.text(key);
    return name === undefined || name === usual ? undefined : word(name);
  };
  if (kind === "alpaca") {
    const rows = wordCallText("alpaca", {
      instruction: differing(columns, "prompt", "instruction"),
      input: differing(columns, "query", "input"),
      output: differing(columns, "response", "output"),
    });
    return rows.endsWith(")") ? rows : `${rows}()`;
  }
  if (kind !== "sharegpt" && kind !== "openai")
    entry.refuse("formatting", "an unsupported row format", refusalAdvice.rows);
  const tags = entry.inner("tags");
  for (const key of ["observation_tag", "function_tag"]) tags.leave(key, "rows are read without tools");
  const column = word(columns.text("messages") ?? "conversations");
  const [role, content] = [tags.text("role_tag") ?? "from", tags.text("content_tag") ?? "value"];
  const speakers = [
    [tags.text("user_tag") ?? "human", "user"],
    [tags.text("assistant_tag") ?? "gpt", "assistant"],
    [tags.text("system_tag") ?? "system", "system"],
  ] as const;
  const known = speakers.every(([theirs, ours]) => usual.get(theirs) === ours);
  if (known && `${role} ${content}` === "from value") return column;
  if (known && `${role} ${content}` === "role content") return column;
  return wordCallText("turns", {
    role: role === "role" ? undefined : word(role),
    content: content === "content" ? undefined : word(content),
    roles: known ? undefined : `{ ${speakers.map(([theirs, ours]) => `${word(theirs)}: ${ours}`).join(", ")} }`,
  }).replace(/^turns\(/, `turns(${column}, `);
}
/** Speakers that `turns` recognises by default. */
const usual: ReadonlyMap<string, string> = new Map([
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["system", "system"],
]);
