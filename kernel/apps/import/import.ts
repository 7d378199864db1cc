/** Converts files of other tools to Tune programs: detects the tool and translates its settings. */
import { parse } from "yaml";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { readAutoTrain } from "./autotrain.js";
import { readAxolotl } from "./axolotl.js";
import { programFromChats, chatFields } from "./chats.js";
import { withDatasetDescriptions, type NearbyFiles } from "./llama-factory-data.js";
import { readLlamaFactory } from "./llama-factory.js";
import { readLudwig } from "./ludwig.js";
import { readOpenAI } from "./openai.js";
import { readPeft } from "./peft.js";
import { renderProgram, type ProgramDraft, quoted, type TuneEntries } from "./write-program.js";
import { argumentsByCall } from "./python.js";
import { ToolSettings, type SettingFate, type UncarriedSetting, UnreadExpression } from "./settings.js";
import { readTrl } from "./trl.js";
import { notebookTextOf, scriptTextOf } from "./script-text.js";
import { hasUrlCredentials, hasUrlQuery, redactedUrl, redactUrlsInText } from "#dsl/language/diagnostics/address.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";

/** Addresses in imported settings: a program gets them without passwords and queries, and names environment variables instead. */
export interface SettingsWithoutSecrets {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings that contained a secret, with the environment variables to set. */
  readonly left: readonly UncarriedSetting[];
  /** Adds `token: secret(…)` and `query: secret(…)` to the sources of these addresses. */
  withVariables(data: TuneEntries): TuneEntries;
}

/** Replaces each address by one without its secret parts, before any reader or message sees it. */
export function removeSecrets(settings: Readonly<Record<string, unknown>>): SettingsWithoutSecrets {
  const left: UncarriedSetting[] = [];
  /** Suffixes of variable names, by address as written. */
  const numbers = new Map<string, string>();
  /** Arguments of the source, by address as written. */
  const variables = new Map<string, string>();
  const texted = (text: string, setting: string): string => {
    const shown = redactedUrl(text) === text ? redactUrlsInText(text) : redactedUrl(text);
    if (shown === text) return text;
    if (!numbers.has(shown)) numbers.set(shown, numbers.size === 0 ? "" : `_${String(numbers.size + 1)}`);
    const number = mustExist(numbers.get(shown), "a number");
    const given = [
      ...(hasUrlCredentials(text) ? [{ key: "token", env: `DATA_TOKEN${number}`, what: "the password or token" }] : []),
      ...(hasUrlQuery(text) ? [{ key: "query", env: `DATA_QUERY${number}`, what: "the query" }] : []),
    ];
    if (given.length > 0 && !variables.has(shown))
      variables.set(shown, given.map(({ key, env }) => `${key}: secret(env: ${env})`).join(", "));
    const set = given.map(({ env, what }) => `${env} to ${what}`).join(" and ");
    const why = "the secret part of the address is not written into a program";
    left.push({ setting, value: shown, why: set === "" ? why : `${why}: set ${set}` });
    return shown;
  };
  const shownIn = (value: unknown, path: string): unknown => {
    if (typeof value === "string") return texted(value, path);
    if (value instanceof UnreadExpression)
      return new UnreadExpression(texted(value.text, path), value.place, value.about);
    if (Array.isArray(value))
      return value.map((one, i) => shownIn(one, isRecord(one) ? `${path}[${String(i)}]` : path));
    if (!isRecord(value)) return value;
    return recordIn(value, `${path}.`);
  };
  const recordIn = (value: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        const name = redactUrlsInText(key);
        return [name, shownIn(one, `${path}${name}`)];
      }),
    );
  const withVariables = (data: TuneEntries): TuneEntries =>
    Object.fromEntries(
      Object.entries(data).map(([key, text]) => [
        key,
        [...variables].reduce(
          (all, [address, given]) => all?.replaceAll(`${quoted(address)})`, () => `${quoted(address)}, ${given})`),
          text,
        ),
      ]),
    );
  return { settings: recordIn(settings, ""), left, withVariables };
}

export const importTools = ["peft", "axolotl", "ludwig", "autotrain", "llama-factory", "trl", "openai"] as const;
export type ImportTool = (typeof importTools)[number];
/** Names the user may give as a file's tool: Unsloth's programs are TRL's. */
export const toolNames: readonly string[] = [...importTools, "unsloth"];
export const findToolByName = (name: string): ImportTool | undefined =>
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
  const read = (chats.test(name) ? programFromChats : readers[tool])(all, name);
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
    const calls = argumentsByCall(/\.py$/i.test(name) ? scriptTextOf(text) : notebookTextOf(text, name), name);
    if (Object.keys(calls).length > 0) return calls;
    throw new CodedError("not-settings", { file: name, why: "it has no settings of a known trainer" });
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
