/** Files of other tools as Tune programs: which tool's a file is, and what it comes to. */
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
/** Names by which a file's tool may be told: Unsloth's programs are TRL's. */
export const toolNames: readonly string[] = [...importTools, "unsloth"];
export const findTool = (name: string): ImportTool | undefined =>
  name === "unsloth" ? "trl" : importTools.find((tool) => tool === name);
export interface ImportResult extends Pick<ProgramDraft, "notes"> {
  readonly tool: ImportTool;
  readonly program: string;
  readonly left: readonly UncarriedSetting[];
  /** Settings without effect on the result, each with the reason. */
  readonly idle: readonly UncarriedSetting[];
  /** What became of each setting that says anything, by its path. */
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

/** What a file says, as it was understood; nothing is written yet. */
export interface InterpretedSettings {
  readonly tool: ImportTool;
  readonly read: ProgramDraft;
  readonly left: readonly UncarriedSetting[];
  readonly idle: readonly UncarriedSetting[];
  readonly fates: ImportResult["fates"];
}

/**
 * `name`: the file's, as the program tells it; its ending says whether it is Python or chats a line each. `beside`: files near it.
 * Coded errors `not-settings`, `unknown-settings`, `import-refused`.
 */
export function importSettings(text: string, name: string, toolName?: ImportTool, beside?: NearbyFiles): ImportResult {
  const { tool, read, left, idle, fates } = interpretSettings(parseSettings(text, name), name, toolName, beside);
  return { tool, program: renderProgram(read, { left, idle }, name), left, idle, notes: read.notes, fates };
}

/** `settings`: by name, as `settingsIn` gives them. Coded errors `unknown-settings`, `import-refused`. */
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
  // The address itself is carried over, its secret parts are not.
  const fates = new Map([...all.fates(), ...secrets.map(({ setting }) => [setting, "named"] as const)]);
  const left = [...secrets, ...all.left()];
  return { tool, read: { ...read, data: withVariables(read.data) }, left, idle: all.idle(), fates };
}
const chats = /\.jsonl$/i;

/** Settings by name, whatever they are written in. Coded error `not-settings`. */
export function parseSettings(text: string, name: string): Readonly<Record<string, unknown>> {
  const settings = written(text, name);
  if (deeper(settings, 100)) throw new CodedError("not-settings", { file: name, why: "it is nested too deeply" });
  return settings;
}

/** Whether values lie in more values than `most`; without recursion, since that is what ends it. */
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

/** Arguments of transformers' trainers, and calls of programs that train. */
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
