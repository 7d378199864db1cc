/**
 * Reads from a Python program that uses TRL or transformers which data it trains on: the files and hub data sets that it
 * loads, the rows that it holds out, and the data set that it passes to a trainer.
 */
import { PARTS, SOURCES } from "./joined-rows.js";
import { interleaveStoppingStrategies, interleaveText, mixedSourceText } from "./mixture.js";
import { hubSourceText, mixAdvice as mixedWhy, quoted, asPercent, word, type ProgramDraft } from "./write-program.js";
import type { ToolSettings } from "./settings.js";
import { holdoutSplitOf, STEPS_SECTION } from "./steps.js";

/** Rows of a program, and whether some are held out for evaluation. */
export interface TrlRows {
  readonly data: ProgramDraft["data"];
  readonly hasHoldout: boolean;
  /** Data sets carried over in addition to the first. */
  readonly sets: readonly ToolSettings[];
  /** Rows train in file order, as a trainer does not shuffle streamed rows. */
  readonly ordered: boolean;
}
interface Given {
  readonly all: ToolSettings;
  readonly training: ToolSettings;
  readonly trainer: ToolSettings;
  readonly data: ToolSettings;
  readonly sft: boolean;
}

export function readTrlRows(
  { all, training, trainer, data, sft }: Given,
  task: string | undefined,
  notes: string[],
): TrlRows {
  const cutInTwo = holdoutSplitOf(all.inner(STEPS_SECTION), trainer);
  const looks = partNamed(trainer.expression("eval_dataset"));
  const mixture = mixtureIn(all);
  const one = mixture
    ? undefined
    : oneSet(data, partNamed(trainer.expression("train_dataset")), { single: cutInTwo !== undefined, mixed: false });
  if (!mixture && !one?.known) {
    notes.push("The program's text names no data: put the file's name below.");
    trainer.leave("train_dataset", "the text of the program doesn't say which rows: write `source`");
  }
  const columns = columnsFor({ training, trainer, sft }, task, notes);
  const several = one?.parts !== undefined;
  const cut = several || !(mixture || one?.known) ? undefined : cutInTwo;
  return {
    data: {
      source: mixture?.source ?? one?.source ?? 'jsonl("data.jsonl")',
      columns: columns ?? "{ text: text }",
      split: cut && `random(train: ${asPercent(1 - cut.share)}, ${cut.part}: ${asPercent(cut.share)})`,
    },
    hasHoldout: one?.parts
      ? one.parts.has("validation")
      : cut?.part === "validation" || (one?.unsplit === true && looks === "validation"),
    sets: mixture?.sets ?? [],
    ordered: (mixture ?? one)?.streams === true && !shuffled(all),
  };
}

/** Returns a task's columns, and the settings for the texts. */
function columnsFor(
  { training, trainer, sft }: Pick<Given, "training" | "trainer" | "sft">,
  task: string | undefined,
  notes: string[],
): string | undefined {
  const column = training.text("dataset_text_field") ?? trainer.text("dataset_text_field") ?? "text";
  if (trainer.has("formatting_func") || training.has("formatting_func"))
    for (const one of [trainer, training])
      one.leave("formatting_func", "a program writes the text: write it into a column");
  if (task === "text_generation" && sft)
    notes.push(
      "All tokens of a text are trained; of conversations (`task: chat`) only the assistant's turns, which is `assistant_only_loss` there.",
    );
  if (task === "chat" || task !== "text_generation")
    for (const one of [training, trainer]) one.leave("dataset_text_field", "its rows have other columns");
  if (task === "text_generation") return `{ text: ${word(column)} }`;
  if (task !== "chat") return columnsOf[task ?? ""];
  return training.flag("completion_only_loss") ? "{ input: prompt, target: completion }" : "{ messages: messages }";
}

interface OneSet {
  readonly source: string;
  /** The program's text identifies the rows. */
  readonly known: boolean;
  /** Files by split, if there are several. */
  readonly parts?: ReadonlyMap<string, readonly string[]>;
  /** All splits of a hub data set are read. */
  readonly unsplit: boolean;
  readonly streams: boolean;
}
/**
 * Reads the rows of one `load_dataset`. `trains`: the split that a trainer gets; `single`: all rows are of one split;
 * `mixed`: it is part of a mixture, which has its own streaming setting.
 */
function oneSet(
  data: ToolSettings,
  trains: string | undefined,
  { single, mixed }: { readonly single: boolean; readonly mixed: boolean },
): OneSet {
  const named = data.text("dataset_name", "path", "0");
  const reader = readers.get(named ?? "");
  const files = reader === undefined ? undefined : filesOf(data, data.has("split"));
  if (reader === undefined) data.leave("data_files", "name the file below");
  const ofHub = reader === undefined && named !== undefined && !/\.\w+$/.test(named);
  const split = data.text("dataset_train_split", "split");
  if (split !== "train" && !(ofHub && /^\w+$/.test(split ?? "train")))
    for (const key of ["split", "dataset_train_split"])
      data.leave(key, "cut the file to these rows, or keep this many with `sample: N`");
  data.leave("dataset_test_split", "write `source: { train: …, test: … }`");
  const unsplit = split === undefined && trains !== "train" ? trains : split?.replace(/\[.*$/, "");
  const part = unsplit ?? (single ? "train" : undefined);
  if (ofHub) {
    const given = { config: data.text(...configs), split: part, revision: data.text("revision") };
    const streams = data.flag("streaming");
    const source = hubSourceText(named, given);
    return { source: streams && !mixed ? streamed(source) : source, known: true, unsplit: part === undefined, streams };
  }
  const streams = data.flag("streaming");
  if (streams && [...(files?.values() ?? [])].flat().some((path) => readerOf(path, reader) === "json"))
    data.leave("streaming", "`json` reads a complete file: write the rows as JSON Lines to stream them");
  const canStream = streams && !mixed && !data.left().some(({ setting }) => setting.endsWith("streaming"));
  const source = (paths: readonly string[]): string => {
    const rows = mixedSourceText(paths.map((path) => `${readerOf(path, reader)}(${quoted(path)})`));
    return canStream ? streamed(rows) : rows;
  };
  const train = reader === undefined ? (named === undefined ? undefined : [named]) : files?.get("train");
  const parts = split === undefined && files && files.size > 1 && files.has("train") ? files : undefined;
  const both = [...(parts ?? [])].map(([name, paths]) => `${name}: ${source(paths)}`);
  return {
    source: parts ? `{ ${both.join(", ")} }` : source(train ?? ["data.jsonl"]),
    known: train !== undefined,
    ...(parts && { parts }),
    unsplit: false,
    streams,
  };
}
/** Makes a source's call stream its rows. */
const streamed = (source: string): string => source.replace(/\)$/, ", stream: true)");
/** Reports whether the program shuffles its rows itself. */
const shuffled = (all: ToolSettings): boolean =>
  all
    .inner(STEPS_SECTION)
    .keys()
    .some((key) => /(^|\.)shuffle( \d+)?$/.test(key));

interface Mixture {
  readonly source: string;
  readonly streams: boolean;
  readonly sets: readonly ToolSettings[];
}
/** Reads rows that a program combines from several data sets, where its text identifies them (joined-rows.ts). */
function mixtureIn(all: ToolSettings): Mixture | undefined {
  const steps = all.inner(STEPS_SECTION);
  const key = steps.keys().find((one) => /(^|\.)(concatenate|interleave)_datasets$/.test(one) && !steps.unread(one));
  if (key === undefined) return undefined;
  const given = steps.inner(key);
  const [sections, parts] = [given.texts(SOURCES), given.texts(PARTS)];
  const sets = sections.map((name) => all.inner(name));
  const sources = sets.map((set, i) =>
    oneSet(set, parts[i] === "" ? undefined : parts[i], { single: true, mixed: true }),
  );
  const streams = sources.some((one) => one.streams);
  given.consume(SOURCES, PARTS);
  const mixed = sources.every(({ known }) => known)
    ? mixtureOf(
        given,
        key,
        sources.map(({ source }) => source),
      )
    : undefined;
  if (streams && !shuffled(all) && /concatenate_datasets$/.test(key))
    given.leave(SOURCES, "rows are drawn by chance here, and not from one data set after the other");
  if (mixed !== undefined && sets.length > 1) return { source: streams ? streamed(mixed) : mixed, sets, streams };
  steps.leave(key, mixedWhy);
  return undefined;
}
function mixtureOf(given: ToolSettings, key: string, sources: readonly string[]): string | undefined {
  if (/concatenate_datasets$/.test(key)) return mixedSourceText(sources);
  const shares = given.has("probabilities") ? given.numbers("probabilities") : undefined;
  const ending = interleaveStoppingStrategies.find(
    (one) => one === (given.text("stopping_strategy") ?? "first_exhausted"),
  );
  given.leave("seed", "the seed of the data draws the rows");
  return (
    ending &&
    interleaveText(given, sources, {
      shares,
      ending,
      key: given.has("stopping_strategy") ? "stopping_strategy" : SOURCES,
    })
  );
}
/** Argument names of a data set's configuration. */
const configs = ["1", "name", "dataset_config", "dataset_config_name"] as const;
/** Returns the part's name: `rows["test"]`. */
const partNamed = (expression: string | undefined): string | undefined =>
  /^[A-Za-z_][\w.]*\[["']([A-Za-z_]\w*)["']\]$/.exec(expression ?? "")?.[1];

/** Hub data sets that are file readers, with our equivalents. */
const readers: ReadonlyMap<string, string> = new Map([
  ["json", "jsonl"],
  ["csv", "csv"],
  ["parquet", "parquet"],
  ["text", "text"],
]);
/** A file's ending is more specific than the reader's name: `json` reads both JSON formats. */
function readerOf(path: string, declaredFormat: string | undefined): string {
  const ending = /\.(csv|json|jsonl|parquet)$/.exec(path)?.[1];
  return declaredFormat === undefined || declaredFormat === "jsonl"
    ? (ending ?? declaredFormat ?? "jsonl")
    : declaredFormat;
}

/** Files by the part they are for; a single one is for training. Parts that the program doesn't use are listed. */
function filesOf(data: ToolSettings, one: boolean): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const add = (s: ToolSettings, key: string, part: string): void => {
    const paths = s.texts(key);
    if (paths.length > 0) found.set(part, paths);
  };
  const parts = data.inner("data_files");
  if (parts.keys().length === 0) add(data, "data_files", "train");
  else
    for (const part of one || !parts.has("train") ? ["train"] : ["train", "validation", "test"]) add(parts, part, part);
  return found;
}

const columnsOf: Readonly<Record<string, string>> = {
  text_classification: "{ text: text, label: label }",
  token_classification: "{ tokens: tokens, tags: tags }",
  question_answering: "{ question: question, context: context, answer: answer }",
  text2text_generation: "{ input: input, target: target }",
  sentence_similarity: "{ text: text, text_pair: text_pair }",
  fill_mask: "{ text: text }",
};

/** Patience of `EarlyStoppingCallback`, in evaluations, if it is the only callback; it is then carried over. */
export function earlyStoppingPatience(trainer: ToolSettings): number | undefined {
  const alone =
    /^\[\s*EarlyStoppingCallback\(\s*(?:(?:early_stopping_patience\s*=\s*)?(\d+))?\s*,?\s*\)\s*,?\s*\]$/.exec(
      trainer.expression("callbacks") ?? "",
    );
  if (!alone) return undefined;
  trainer.consume("callbacks");
  return Number(alone[1] ?? 1);
}
/** Collators that only pad rows to one length. */
const padding =
  /^(default_data_collator|DataCollatorWithPadding\b|DataCollatorForSeq2Seq\b|DataCollatorForTokenClassification\b|DataCollatorForLanguageModeling\b(?=[\s\S]*\bmlm\s*=\s*False\b))/;

/** Rows by their name: `rows`, `parts["test"]`. */
const plainRows = /^[A-Za-z_][\w.]*(\[["']\w+["']\])*$/;

/** Lists a program's own objects that are passed to a trainer. */
export function leaveTrainerObjects(trainer: ToolSettings, hasHoldout: boolean): void {
  if (padding.test(trainer.expression("data_collator") ?? "")) trainer.consume("data_collator");
  else trainer.leave("data_collator", "rows are brought to one length, and nothing else is done to them");
  const looks = trainer.expression("eval_dataset");
  if (hasHoldout && (looks === undefined || plainRows.test(looks))) trainer.consume("eval_dataset");
  else if (hasHoldout) trainer.leave("eval_dataset", "all rows of the validation are looked at");
  else trainer.leave("eval_dataset", "there are no validation rows: write a `split`, or a file as `validation`");
  if (!hasHoldout || earlyStoppingPatience(trainer) === undefined)
    trainer.leave("callbacks", "not run; `early_stopping: patience(…)` in the recipe ends a training early");
  // Calls within are examined separately (steps.ts); slices are not.
  if (/\[[^\]]*:/.test((trainer.expression("train_dataset") ?? "").replace(/"[^"]*"|'[^']*'/g, "")))
    trainer.leave("train_dataset", "keep this many rows with `sample: N`, or cut the file");
  trainer.leave("compute_metrics", "write `metrics` of `evaluate`");
  trainer.leave("preprocess_logits_for_metrics", "write `metrics` of `evaluate`");
  trainer.leave("optimizers", "write `optimizer` and `schedule` in the recipe; those below may differ");
  trainer.leave("model_init", "name the base below");
}
