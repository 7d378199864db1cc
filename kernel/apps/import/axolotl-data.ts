/** Axolotl's data sets: their files, how rows become conversations, and which parts are trained. */
import { trainedMarkFields } from "#stdlib/conversations/shared/fields.js";
import { differentRowsAdvice, areDatasetsReadAlike, mixedSourceText } from "./mixture.js";
import { wordCallText, hubSourceText, quoted, asPercent, word } from "./write-program.js";
import { refusalAdvice, refuseObjective } from "./refusals.js";
import type { ToolSettings } from "./settings.js";

export interface AxolotlRows {
  readonly task: "chat" | "text_generation";
  readonly source: string;
  readonly columns: string;
  readonly template?: string;
  readonly notes: readonly string[];
  /** A separate file is evaluated while training. */
  readonly hasHoldout?: boolean;
}

/** Settings that locate a data set's rows. */
const where = /^(path|data_files|ds_type|split|name|revision)$/;

/** Merges data sets that are read like the first, as Axolotl does; each other one is reported as not carried over. */
export function readAxolotlRows(s: ToolSettings): AxolotlRows {
  const plain = s.list("pretraining_dataset");
  const sets = s.list("datasets");
  const [first, ...others] = [...sets, ...plain];
  if (!first) return { task: "chat", ...filed(undefined), columns: "{ messages: messages }", notes: [] };
  const isPlain = plain[0] === first;
  const read = (set: ToolSettings): Pick<AxolotlRows, "task" | "columns" | "template"> => {
    if (isPlain) set.ignore("rows of a pretraining data set are plain texts", "type");
    return isPlain ? texts(set) : kinds(set);
  };
  const alike = others.filter((set) => plain.includes(set) === isPlain && areDatasetsReadAlike(first, set, where));
  const rows = read(first);
  for (const set of alike) read(set);
  for (const set of others) if (!alike.includes(set)) set.leaveAll(differentRowsAdvice);
  const several = alike.length > 0;
  const sources = [first, ...alike].map((set) => fileOf(set, several));
  const source: Filed = {
    source: mixedSourceText(sources.map((one) => one.source)),
    notes: sources.flatMap(({ notes }) => notes),
  };
  const looked = lookedAtIn(s, first);
  const about =
    alike.length === others.length
      ? []
      : [`Data sets that are carried over: ${String(sources.length)} of ${String(others.length + 1)}.`];
  if (!looked) return { ...rows, ...source, notes: [...about, ...source.notes] };
  const both = `{ train: ${source.source}, validation: ${looked.source} }`;
  return { ...rows, source: both, notes: [...about, ...source.notes, ...looked.notes], hasHoldout: true };
}

/** Reads a test file if its rows have the format of the training rows; others are reported as not carried over. */
function lookedAtIn(s: ToolSettings, first: ToolSettings): Filed | undefined {
  const sets = s.list("test_datasets");
  const [set] = sets;
  const keyNames = set?.keys() ?? [];
  const alike =
    sets.length === 1 &&
    !((s.number("val_set_size") ?? 0) > 0) &&
    keyNames.every((key) => /^(path|type|ds_type|split|data_files)$/.test(key)) &&
    first.keys().every((key) => /^(path|data_files|ds_type|split)$/.test(key) || keyNames.includes(key)) &&
    first.inner("type").keys().length === 0 &&
    set?.lowerText("type") === first.lowerText("type") &&
    (set?.lowerText("split") ?? "train") === "train" &&
    ["json", first.lowerText("ds_type")].includes(set?.lowerText("ds_type") ?? "json");
  if (set && alike) return fileOf(set);
  for (const one of sets) for (const key of one.keys()) one.leave(key, "write `source: { train: …, validation: … }`");
  return undefined;
}

/** Returns a data set's source. `several`: it is one source among others. */
function fileOf(first: ToolSettings, several = false): Filed {
  const split = first.text("split");
  const files = first.texts("data_files");
  const path = first.text("path");
  const kind = first.text("ds_type");
  if (files.length === 0 && path !== undefined && kind === undefined && !ending.test(path)) {
    if (split !== undefined && !/^\w+$/.test(split)) first.leave("split", part);
    // Axolotl uses the split `train` by default.
    const named = split ?? (several ? "train" : undefined);
    const given = { config: first.text("name"), split: named?.replace(/\[.*$/, ""), revision: first.text("revision") };
    return { source: hubSourceText(path, given), notes: [] };
  }
  if (split !== "train") first.leave("split", part);
  const generic = files[0] !== undefined && /^(json|jsonl|csv|parquet|text)$/.test(path ?? "");
  if (generic) first.consume("path"); // only names the reader
  const paths = files.map((file) => (generic || path === undefined ? file : `${path}/${file}`));
  const [one = filed(path, kind), ...more] = paths.map((file) => filed(file, kind));
  return { source: mixedSourceText([one, ...more].map(({ source }) => source)), notes: one.notes };
}
const part = "cut the file to these rows, or keep this many with `sample: N`";
const ending = /\.(csv|json|jsonl|parquet|txt)(\.\w+)?$/;

interface Filed {
  readonly source: string;
  readonly notes: readonly string[];
}
function filed(path: string | undefined, kind?: string): Filed {
  const by = ending.exec(path ?? "")?.[1] ?? kind;
  const reader =
    by === "csv" || by === "parquet" || by === "json" ? by : by === "txt" || by === "text" ? "text" : "jsonl";
  const notes = path === undefined ? ["The settings name no data: put the file's name below."] : [];
  return { source: `${kind === "json" && by === kind ? "jsonl" : reader}(${quoted(path ?? "data.jsonl")})`, notes };
}

function texts(set: ToolSettings): Pick<AxolotlRows, "task" | "columns"> {
  return { task: "text_generation", columns: `{ text: ${word(set.text("field", "text_column") ?? "text")} }` };
}

function kinds(set: ToolSettings): Pick<AxolotlRows, "task" | "columns" | "template"> {
  if (!set.has("type")) return alpaca(set);
  const promptSettings = set.inner("type");
  if (promptSettings.keys().length > 0) return ownPrompt(promptSettings);
  const kind = set.text("type") ?? "alpaca";
  const [family = kind, variant] = kind.split(/[.:]/);
  if (refuseObjective(set, "type", family.replace(/^(ebft|bradley_terry)_?.*$/, "$1"))) return turns(set);
  if (family === "chat_template" || family === "sharegpt") {
    if (variant !== undefined && variant !== "default" && family === "chat_template")
      set.leave("type", `rows of this kind are read as plain conversations`);
    return turns(set, family === "sharegpt");
  }
  if (family === "alpaca") {
    if (variant !== undefined) set.leave("type", "the prompt of this kind is not supported; Alpaca's is used");
    return alpaca(set);
  }
  if (family === "completion" || family === "pretrain") return texts(set);
  set.refuse("type", "an unsupported row format", refusalAdvice.rows);
  return turns(set);
}

const alpaca = (set: ToolSettings): Pick<AxolotlRows, "task" | "columns" | "template"> => {
  const conversations = set.text("conversation");
  if (conversations !== undefined) set.leave("conversation", "the prompt of Alpaca is taken");
  return { task: "chat", columns: "{ messages: alpaca() }", template: "alpaca" };
};

/** A user-defined prompt, mapped to Alpaca's three fields. */
function ownPrompt(promptSettings: ToolSettings): Pick<AxolotlRows, "task" | "columns" | "template"> {
  for (const key of ["format", "no_input_format", "system_prompt", "system_format", "field_system"])
    promptSettings.leave(key, "the prompt is written by a template; Alpaca's is taken");
  const field = (key: string, usual: string): string | undefined => {
    const name = promptSettings.text(key);
    return name === undefined || name === usual ? undefined : word(name);
  };
  const columns = wordCallText("alpaca", {
    instruction: field("field_instruction", "instruction"),
    input: field("field_input", "input"),
    output: field("field_output", "output"),
  });
  return {
    task: "chat",
    columns: `{ messages: ${columns.endsWith(")") ? columns : `${columns}()`} }`,
    template: "alpaca",
  };
}

const usual = new Map([
  ["system", "system"],
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
]);

function turns(set: ToolSettings, shareGpt = false): Pick<AxolotlRows, "task" | "columns"> {
  const mapped = set.inner("message_property_mappings");
  const role = mapped.text("role") ?? set.text("message_field_role") ?? (shareGpt ? "from" : "role");
  const content = mapped.text("content") ?? set.text("message_field_content") ?? (shareGpt ? "value" : "content");
  const column = set.text("field_messages") ?? (shareGpt ? "conversations" : "messages");
  const speakers = set.inner("roles");
  const roles = speakers.keys().flatMap((ours) => speakers.texts(ours).map((theirs) => [theirs, ours] as const));
  const odd = roles.filter(([theirs, ours]) => usual.get(theirs) !== ours);
  for (const [, ours] of odd)
    if (![...usual.values()].includes(ours)) speakers.leave(ours, "conversations with tools are not supported");
  const renamedRoles = odd.filter(([, ours]) => [...usual.values()].includes(ours));
  trainedTurns(set);
  const named = wordCallText("turns", {
    role: role === "role" ? undefined : word(role),
    content: content === "content" ? undefined : word(content),
    roles:
      renamedRoles.length === 0
        ? undefined
        : `{ ${renamedRoles.map(([theirs, ours]) => `${word(theirs)}: ${ours}`).join(", ")} }`,
  });
  const plain = named === "turns" || (role === "from" && content === "value" && renamedRoles.length === 0);
  const columns = plain ? word(column) : named.replace("(", `(${word(column)}, `);
  return { task: "chat", columns: `{ messages: ${columns} }` };
}

/** By default we train the assistant's turns and their end tokens, so only other settings are reported. */
function trainedTurns(set: ToolSettings): void {
  const field = set.text("message_field_training");
  if (field !== undefined && !trainedMarkFields.some((mark) => mark === field))
    set.refuse("message_field_training", "turns marked by a separate field", "name that field `train`");
  const who = set.texts("roles_to_train");
  if (who.some((one) => usual.get(one) !== "assistant"))
    set.leave("roles_to_train", "only the assistant's turns are trained");
  if ((set.text("train_on_eos") ?? "turn") !== "turn")
    set.leave("train_on_eos", "the token that ends each of the assistant's turns is trained");
}

/** Held-out rows: a share or a number. */
export function readHoldoutSize(
  s: ToolSettings,
  key: string,
): { readonly split?: string; readonly hasHoldout: boolean } {
  const size = s.number(key);
  if (size === undefined || size <= 0) return { hasHoldout: false };
  if (size < 1)
    return { split: `random(train: ${asPercent(1 - size)}, validation: ${asPercent(size)})`, hasHoldout: true };
  if (Number.isInteger(size)) return { split: `random(train: rest, validation: ${String(size)})`, hasHoldout: true };
  s.leave(key, "a number of rows was expected");
  return { hasHoldout: false };
}
