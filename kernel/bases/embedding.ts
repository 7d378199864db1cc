/**
 * How a base makes a text's embedding, by the sentence-transformers files next to its weights: modules.json and the
 * pooling config.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EmbeddingFacts } from "#dsl/language/types/facts.js";
import { readModelJson, readModelJsonObject } from "../tensors/model-file.js";

export const MODULES_FILE = "modules.json";
/** Default path of the pooling settings. */
export const POOLING_CONFIG_FILE = "1_Pooling/config.json";

/** Format of older files, with one flag each. */
const FLAGS: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "last",
};

/** Undefined: the folder has no such files. Coded error `base-damaged`. */
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
      why: "its pooling is outside the folder",
    });
  const settings = pooling && join(folder, pooling.path, "config.json");
  // An unsupported mode is reported by the task that needs it, not by every use of the base.
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

/** Returns a text field; empty for anything else. */
function wordsIn(field: unknown): string {
  return typeof field === "string" ? field : "";
}

function modesOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { pooling_mode: mode } = settings;
  if (mode !== undefined)
    return [mode].flat().map((m) => (m === "lasttoken" ? "last" : typeof m === "string" ? m : JSON.stringify(m)));
  return Object.entries(FLAGS).flatMap(([flag, name]) => (settings[flag] === true ? [name] : []));
}
