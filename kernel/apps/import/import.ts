/** Converts files of other tools to Tune programs: detects the tool and translates its settings. */
import { parse } from "yaml";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { removeSecrets } from "./addresses.js";
import { readAutoTrain } from "./autotrain.js";
import { readAxolotl } from "./axolotl.js";
import { readChats, chatFields } from "./chats.js";
import { withDatasetDescriptions, type NearbyFiles } from "./llama-factory-data.js";
import { readLlamaFactory } from "./llama-factory.js";
import { readLudwig } from "./ludwig.js";
import { readOpenAI } from "./openai.js";
import { readPeft } from "./peft.js";
import { renderProgram, type ProgramDraft } from "./program.js";
import { argumentsIn } from "./python.js";
import { ToolSettings, type SettingFate, type UncarriedSetting } from "./settings.js";
import { readTrl } from "./trl.js";
import { notebookTextOf, scriptTextOf } from "./script-text.js";

export const importTools = ["peft", "axolotl", "ludwig", "autotrain", "llama-factory", "trl", "openai"] as const;
export type ImportTool = (typeof importTools)[number];
/** Names the user may give as a file's tool: Unsloth's programs are TRL's. */
export const toolNames: readonly string[] = [...importTools, "unsloth"];
export const findTool = (name: string): ImportTool | undefined =>
  name === "unsloth" ? "trl" : importTools.find((tool) => tool === name);
export interface ImportResult extends Pick<ProgramDraft, "notes"> {
  readonly tool: ImportTool;
  readonly program: string;
  readonly left: readonly UncarriedSetting[];
  /** Settings without effect on the result, each with the reason. */
  readonly idle: readonly UncarriedSetting[];
  /** What happened to each non-empty setting, by its path. */
  readonly fates: ReadonlyMap<string, SettingFate>;
}

const readers: Readonly<Record<ImportTool, (settings: ToolSettings, file: string) => ProgramDraft>> = {
  peft: readPeft,
  axolotl: readAxolotl,
  ludwig: readLudwig,
  autotrain: readAutoTrain,
  "llama-factory": readLlamaFactory,
  trl: readTrl,
  openai: readOpenAI,
};

/** Settings of a file as understood, before a program is written. */
export interface InterpretedSettings {
  readonly tool: ImportTool;
  readonly read: ProgramDraft;
  readonly left: readonly UncarriedSetting[];
  readonly idle: readonly UncarriedSetting[];
  readonly fates: ImportResult["fates"];
}

/**
 * Imports a file. `name`: the file's name for the program; its ending distinguishes Python and JSONL chats. `beside`:
 * nearby files. Coded errors `not-settings`, `unknown-settings`, `import-refused`.
 */
export function importSettings(text: string, name: string, toolName?: ImportTool, beside?: NearbyFiles): ImportResult {
  const { tool, read, left, idle, fates } = interpretSettings(parseSettings(text, name), name, toolName, beside);
  return { tool, program: renderProgram(read, { left, idle }, name), left, idle, notes: read.notes, fates };
}

/** `settings`: by name, as returned by `parseSettings`. Coded errors `unknown-settings`, `import-refused`. */
export function interpretSettings(
  settings: Readonly<Record<string, unknown>>,
  name: string,
  toolName?: ImportTool,
  beside?: NearbyFiles,
): InterpretedSettings {
  const tool = toolName ?? (chats.test(name) ? "openai" : toolOf(settings));
  if (!tool)
    throw new CodedError("unknown-settings", {
      file: name,
      has: Object.keys(settings).slice(0, 8),
      tools: importTools,
    });
  const {
    settings: shown,
    left: secrets,
    withVariables,
  } = removeSecrets(tool === "llama-factory" && beside ? withDatasetDescriptions(settings, beside) : settings);
  const all = ToolSettings.fromValue(shown);
  const read = (chats.test(name) ? readChats : readers[tool])(all, name);
  const refusals = all.refusals();
  if (refusals.length > 0) throw new CodedError("import-refused", { file: name, refusals });
  // The address is carried over without its secret parts.
  const fates = new Map([...all.fates(), ...secrets.map(({ setting }) => [setting, "named"] as const)]);
  const left = [...secrets, ...all.left()];
  return { tool, read: { ...read, data: withVariables(read.data) }, left, idle: all.idle(), fates };
}
const chats = /\.jsonl$/i;

/** Parses settings by name, in any supported file format. Coded error `not-settings`. */
export function parseSettings(text: string, name: string): Readonly<Record<string, unknown>> {
  const settings = written(text, name);
  if (deeper(settings, 100)) throw new CodedError("not-settings", { file: name, why: "it is nested too deeply" });
  return settings;
}

/** Reports whether values are nested more than `most` levels; without recursion, which deep nesting would overflow. */
function deeper(value: unknown, most: number): boolean {
  const rest: (readonly [unknown, number])[] = [[value, 0]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [one, depth] = next;
    if (typeof one !== "object" || one === null) continue;
    if (depth > most) return true;
    for (const inner of Object.values(one)) rest.push([inner, depth + 1]);
  }
  return false;
}

function written(text: string, name: string): Readonly<Record<string, unknown>> {
  if (/\.(py|ipynb)$/i.test(name)) {
    const calls = argumentsIn(/\.py$/i.test(name) ? scriptTextOf(text) : notebookTextOf(text, name), name);
    if (Object.keys(calls).length > 0) return calls;
    throw new CodedError("not-settings", { file: name, why: "its text gives no trainer that is known any settings" });
  }
  if (chats.test(name)) return chatFields(text, name);
  let settings: unknown;
  try {
    settings = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new CodedError("not-settings", { file: name, why }, { cause });
  }
  if (!isRecord(settings)) throw new CodedError("not-settings", { file: name, why: "it holds no settings by name" });
  return settings;
}

/** Arguments of transformers' trainers, and calls of training programs. */
const ofTrainers =
  /^(num_train_epochs|per_device_train_batch_size|lr_scheduler_type|dataset_text_field|\w*Trainer|\w*TrainingArguments|(SFT|DPO|KTO|Reward|PRM|NashMD|[A-Z]+PO|Async\w+|Lora)Config|Fast\w*Model\.\w+)$/;

function toolOf(settings: Readonly<Record<string, unknown>>): ImportTool | undefined {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => key in settings);
  if (has("peft_type")) return "peft";
  if (has("input_features", "output_features")) return "ludwig";
  if (has("training_file") || (has("method") && has("hyperparameters"))) return "openai";
  if (has("base_model")) {
    if (has("task") && has("params")) return "autotrain";
    if (has("datasets", "pretraining_dataset", "micro_batch_size", "sequence_len")) return "axolotl";
    return undefined;
  }
  if (has("stage", "finetuning_type", "cutoff_len", "export_dir", "infer_backend", "dataset_dir"))
    return "llama-factory";
  if (has("model", "train_dataset") && has("train_dataset", "kernel_config", "peft_config", "dist_config"))
    return "llama-factory";
  return Object.keys(settings).some((key) => ofTrainers.test(key)) ? "trl" : undefined;
}
