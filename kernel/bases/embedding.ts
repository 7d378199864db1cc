/** How a base makes a text's vector, as the files of sentence-transformers beside its weights say: modules.json and the pooling's own config. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import type { EmbeddingFacts } from "#dsl/plan/facts.js";
import "./codes.js";

export const MODULES = "modules.json";
/** Where the pooling's settings lie as a rule. */
export const POOLING = "1_Pooling/config.json";

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
export async function embeddingOf(folder: string, has: ReadonlySet<string>): Promise<EmbeddingFacts | undefined> {
  if (!has.has(MODULES)) return undefined;
  const modules = await json(join(folder, MODULES));
  if (!Array.isArray(modules))
    throw new CodedError("base-damaged", { file: join(folder, MODULES), why: "it is no list" });
  const kinds = (modules as readonly { readonly type?: unknown; readonly path?: unknown }[]).map(({ type, path }) => ({
    kind: String(type).split(".").at(-1)!,
    path: String(path ?? ""),
  }));
  const pooling = kinds.find(({ kind }) => kind === "Pooling");
  const settings = pooling && join(folder, pooling.path, "config.json");
  // What is not at hand is asked for where it matters: by the task, not by every use of the base.
  const modes = settings && existsSync(settings) ? modesOf((await json(settings)) as Record<string, unknown>) : [];
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

function modesOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { pooling_mode: mode } = settings;
  if (mode !== undefined) return [mode].flat().map((m) => (m === "lasttoken" ? "last" : String(m)));
  return Object.entries(FLAGS).flatMap(([flag, name]) => (settings[flag] === true ? [name] : []));
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new CodedError("base-damaged", {
      file,
      why: error instanceof SyntaxError ? "it is no JSON" : "it can't be read",
    });
  }
}
