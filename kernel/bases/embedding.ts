/** How a base makes a text's vector, as the files of sentence-transformers beside its weights say: modules.json and the pooling's own config. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EmbeddingFacts } from "#dsl/language/types/facts.js";
import { readModelJson, readModelJsonObject } from "../tensors/model-file.js";

export const MODULES_FILE = "modules.json";
/** Where the pooling's settings lie as a rule. */
export const POOLING_CONFIG_FILE = "1_Pooling/config.json";

/** How older files say it, one flag each. */
const FLAGS: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "last",
};

/** Undefined: the folder doesn't say. Coded error `base-damaged`. */
export function embeddingFactsOf(folder: string, has: ReadonlySet<string>): EmbeddingFacts | undefined {
  if (!has.has(MODULES_FILE)) return undefined;
  const modules = readModelJson(join(folder, MODULES_FILE));
  if (!Array.isArray(modules))
    throw new CodedError("base-damaged", { file: join(folder, MODULES_FILE), why: "it is no list" });
  const kinds = modules.map((module: unknown) => {
    const { type, path } = isRecord(module) ? module : {};
    return { kind: wordsIn(type).split(".").at(-1) ?? "", path: wordsIn(path) };
  });
  const pooling = kinds.find(({ kind }) => kind === "Pooling");
  if (pooling && !/^(?:[\w-][\w.-]*)?$/.test(pooling.path))
    throw new CodedError("base-damaged", {
      file: join(folder, MODULES_FILE),
      why: "its pooling lies outside the folder",
    });
  const settings = pooling && join(folder, pooling.path, "config.json");
  // What is not at hand is asked for where it matters: by the task, not by every use of the base.
  const modes = modesOf((settings ? readModelJsonObject(settings) : null) ?? {});
  const others = kinds.flatMap(({ kind }) => (["Transformer", "Pooling", "Normalize"].includes(kind) ? [] : [kind]));
  return {
    pooling: modes[0] ?? "none",
    normalize: kinds.some(({ kind }) => kind === "Normalize"),
    unknown: [
      ...others,
      ...(modes.length === 1 ? [] : [`pooling by ${modes.join(" and ") || "settings that aren't there"}`]),
    ],
  };
}

/** A field that is text; anything else is none. */
function wordsIn(field: unknown): string {
  return typeof field === "string" ? field : "";
}

function modesOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { pooling_mode: mode } = settings;
  if (mode !== undefined)
    return [mode].flat().map((m) => (m === "lasttoken" ? "last" : typeof m === "string" ? m : JSON.stringify(m)));
  return Object.entries(FLAGS).flatMap(([flag, name]) => (settings[flag] === true ? [name] : []));
}
