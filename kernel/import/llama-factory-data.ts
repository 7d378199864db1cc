/**
 * LLaMA-Factory's data sets: named in the settings, described in `dataset_info.json` beside the data. Without it (or without an entry)
 * a data set is listed, and an Alpaca file of its name is taken.
 */
import { isRecord } from "#dsl/diagnostics/record.js";
import { call, hub, mixed, quoted, text, word, type Read } from "./program.js";
import { instead, refuseObjective } from "./refusals.js";
import type { Settings } from "./settings.js";

/** Texts of files near the settings, by their path from there; undefined: there is none. */
export type Beside = (path: string) => string | undefined;
/** Settings in which the descriptions are put, and the folder that they were found in. */
const [INFO, FOLDER] = ["dataset_info", "dataset_info_folder"] as const;

/** The settings with the description of each data set that they name. */
export function withDescriptions(settings: Readonly<Record<string, unknown>>, beside: Beside): Record<string, unknown> {
  const folder = folderOf(settings["dataset_dir"]);
  for (const path of [`${folder}/dataset_info.json`, "dataset_info.json"]) {
    const described = recordOf(beside(path));
    if (!described) continue;
    const named = namesIn(settings["dataset"]).flatMap((name) =>
      isRecord(described[name]) ? [[name, described[name]] as const] : [],
    );
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
    return undefined; // a data set without a description is named as such
  }
}
const folderOf = (said: unknown): string =>
  typeof said === "string" && !said.includes(":") ? said.replace(/\/$/, "") : "data";
const namesIn = (said: unknown): readonly string[] =>
  [said].flat().flatMap((one) => (typeof one === "string" ? one.split(/\s*,\s*/) : []));

export function dataOf(s: Settings, plain: boolean, notes: string[]): Read["data"] {
  const named = s.texts("dataset").flatMap((names) => names.split(/\s*,\s*/));
  const [first = "data"] = named;
  if (named.some((name) => /^mllm|llava|image|video|audio/i.test(name)))
    s.refuse("dataset", "data that are pictures, films or sound", instead.texts);
  if (named.length > 1) s.leave("dataset", `only ${first} is carried over: ${mixed}`);
  if (s.has("eval_dataset")) s.leave("eval_dataset", "write `source: { train: …, validation: … }`");
  const folder = s.text("dataset_dir");
  if (folder?.includes(":")) s.leave("dataset_dir", "files of the net are fetched first");
  const most = s.number("max_samples");
  if (most !== undefined)
    notes.push(`Of each data set the first ${String(most)} rows are taken there; here so many are drawn evenly.`);
  const info = s.inner(INFO);
  const entry = info.keys().includes(first) ? info.inner(first) : undefined;
  info.leaveAll(mixed, first);
  if (entry) return describedBy(entry, s.text(FOLDER) ?? "", plain, most);
  s.leave("dataset", "no dataset_info.json describes it: an Alpaca file of that name was taken");
  return {
    source: `json(${quoted(`${folderOf(folder)}/${first}.json`)})`,
    columns: plain ? "{ text: text }" : "{ messages: alpaca() }",
    sample: text(most),
  };
}

function describedBy(entry: Settings, folder: string, plain: boolean, most: number | undefined): Read["data"] {
  if (entry.flag("ranking")) entry.refuse("ranking", "preference optimisation", instead.preference);
  const columns = entry.inner("columns");
  for (const key of ["images", "videos", "audios"])
    if (columns.has(key)) columns.refuse(key, "data that are pictures, films or sound", instead.texts);
  if (columns.has("kto_tag")) refuseObjective(columns, "kto_tag", "kto");
  for (const key of ["chosen", "rejected"])
    if (columns.has(key)) columns.refuse(key, "preference optimisation", instead.preference);
  columns.leave("history", "earlier turns are not read: write rows as conversations");
  columns.leave("system", "write the system's text as a turn of the conversation");
  columns.leave("tools", "rows are read without tools");
  const own = entry.number("num_samples");
  if (most !== undefined && own !== undefined) entry.leave("num_samples", "`max_samples` goes before it");
  return {
    source: sourceOf(entry, folder),
    columns: plain
      ? `{ text: ${word(columns.text("prompt") ?? "instruction")} }`
      : `{ messages: ${rowsOf(entry, columns)} }`,
    sample: text(most ?? own),
  };
}

function sourceOf(entry: Settings, folder: string): string {
  const path = entry.text("hf_hub_url");
  if (path !== undefined) {
    entry.leave("file_name", "`hf_hub_url` goes before it");
    entry.ignore("the same data set elsewhere", "ms_hub_url", "om_hub_url");
    const split = entry.text("split") ?? "train";
    if (!/^\w+$/.test(split)) entry.leave("split", "keep so many rows by `sample: N`");
    return hub(path, { config: entry.text("subset"), split: split.replace(/\[.*$/, ""), revision: undefined });
  }
  const file = entry.text("file_name") ?? "data.json";
  const ending = /\.(csv|json|jsonl|parquet|arrow|txt)$/.exec(file)?.[1];
  const reader = ending === "txt" ? "text" : (ending ?? "json");
  return `${reader}(${quoted(folder === "" ? file : `${folder}/${file}`)})`;
}

/** Alpaca's three columns, or a column of turns with its own names. */
function rowsOf(entry: Settings, columns: Settings): string {
  const kind = entry.said("formatting") ?? "alpaca";
  const differing = (s: Settings, key: string, usual: string): string | undefined => {
    const name = s.text(key);
    return name === undefined || name === usual ? undefined : word(name);
  };
  if (kind === "alpaca") {
    const rows = call("alpaca", {
      instruction: differing(columns, "prompt", "instruction"),
      input: differing(columns, "query", "input"),
      output: differing(columns, "response", "output"),
    });
    return rows.endsWith(")") ? rows : `${rows}()`;
  }
  if (kind !== "sharegpt" && kind !== "openai")
    entry.refuse("formatting", "a way of writing rows that isn't built", instead.rows);
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
  return call("turns", {
    role: role === "role" ? undefined : word(role),
    content: content === "content" ? undefined : word(content),
    roles: known ? undefined : `{ ${speakers.map(([theirs, ours]) => `${word(theirs)}: ${ours}`).join(", ")} }`,
  }).replace(/^turns\(/, `turns(${column}, `);
}
/** Speakers that `turns` knows by itself. */
const usual: ReadonlyMap<string, string> = new Map([
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["system", "system"],
]);
