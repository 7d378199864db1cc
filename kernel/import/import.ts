/** Settings files of other tools as Tune programs: which tool's a file is, and what it comes to. */
import { parse } from "yaml";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { readAutoTrain } from "./autotrain.js";
import { readAxolotl } from "./axolotl.js";
import "./codes.js";
import { readLudwig } from "./ludwig.js";
import { readPeft } from "./peft.js";
import { programOf, type Read } from "./program.js";
import { Settings } from "./settings.js";

export const tools = ["peft", "axolotl", "ludwig", "autotrain"] as const;
export type Tool = (typeof tools)[number];
export interface Imported extends Pick<Read, "left" | "notes"> {
  readonly tool: Tool;
  readonly program: string;
}

const readers: Readonly<Record<Tool, (settings: Settings) => Read>> = {
  peft: readPeft,
  axolotl: readAxolotl,
  ludwig: readLudwig,
  autotrain: readAutoTrain,
};

/** `name`: the file's, as the program tells it. Coded errors `not-settings`, `unknown-settings`. */
export function importSettings(text: string, name: string, told?: Tool): Imported {
  let settings: unknown;
  try {
    settings = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new CodedError("not-settings", { file: name, why }, { cause });
  }
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw new CodedError("not-settings", { file: name, why: "it holds no settings by name" });
  const tool = told ?? toolOf(settings);
  if (!tool) throw new CodedError("unknown-settings", { file: name, has: Object.keys(settings).slice(0, 8), tools });
  const read = readers[tool](Settings.of(settings));
  return { tool, program: programOf(read, name), left: read.left, notes: read.notes };
}

function toolOf(settings: object): Tool | undefined {
  if ("peft_type" in settings) return "peft";
  if ("input_features" in settings) return "ludwig";
  if (!("base_model" in settings)) return undefined;
  if ("datasets" in settings) return "axolotl";
  return "task" in settings && "params" in settings ? "autotrain" : undefined;
}
