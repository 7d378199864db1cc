/** Weights in several files: which they are, and what their index says of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";

export const INDEX = "model.safetensors.index.json";

/** Where an index says that each tensor lies; names that lead out of the folder are refused. Coded error: `base-damaged`. */
export function shardMap(file: string, text: string): ReadonlyMap<string, string> {
  try {
    const { weight_map } = JSON.parse(text) as { weight_map: Record<string, string> };
    const places = Object.entries(weight_map);
    if (places.length > 0 && places.every(([, name]) => isShardName(name))) return new Map(places);
  } catch {
    // Said below, in words of our own.
  }
  throw new CodedError("base-damaged", { file, why: "it is no index of weights" });
}

/** A plain name: no folder, no drive, nothing hidden, no character that systems read otherwise. */
function isShardName(name: unknown): boolean {
  return typeof name === "string" && /^[^/\\:.\p{Cc}][^/\\:\p{Cc}]*\.safetensors$/u.test(name) && name.length <= 250;
}

/** The files that an index names. Coded error: `base-damaged`. */
export function shardNames(file: string, text: string): readonly string[] {
  return [...new Set(shardMap(file, text).values())].sort();
}

/** The shards of a folder with these files, all of them there; null: its weights are not in shards. Coded errors: `base-damaged`, `base-incomplete`. */
export function shardsOf(folder: string, names: ReadonlySet<string>): ReadonlyMap<string, string> | null {
  if (names.has("model.safetensors") || !names.has(INDEX)) return null;
  const file = join(folder, INDEX);
  const map = shardMap(file, readFileSync(file, "utf8"));
  const missing = [...map.values()].find((name) => !names.has(name));
  if (missing !== undefined) throw new CodedError("base-incomplete", { folder, missing });
  return map;
}
