/** Weights in several files: which they are, and what their index says of them. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { schemaGuard } from "../fetch/json.js";
import { readModelJsonObject } from "./model-file.js";

export const SHARD_INDEX_FILE = "model.safetensors.index.json";

/** Where an index says that each tensor lies; names that lead out of the folder are refused. Coded error: `base-damaged`. */
export function readShardMap(file: string): ReadonlyMap<string, string> {
  const weights = readModelJsonObject(file)?.["weight_map"];
  const places = isRecord(weights) ? Object.entries(weights).filter(isPlace) : [];
  if (isRecord(weights) && places.length > 0 && places.length === Object.keys(weights).length) return new Map(places);
  throw new CodedError("base-damaged", { file, why: "it is no index of weights" });
}

/** A plain name: no folder, no drive, nothing hidden, no character that systems read otherwise. */
const shardName = v.pipe(v.string(), v.maxLength(250), v.regex(/^[^/\\:.\p{Cc}][^/\\:\p{Cc}]*\.safetensors$/u));
const isPlace = schemaGuard<[tensor: string, shard: string]>(v.tuple([v.string(), shardName]));

/** The files that an index names. Coded error: `base-damaged`. */
export function readShardNames(file: string): readonly string[] {
  return [...new Set(readShardMap(file).values())].sort();
}

/** The shards of a folder with these files, all of them there; null: its weights are not in shards. Coded errors: `base-damaged`, `base-incomplete`. */
export function shardPathsOf(folder: string, names: ReadonlySet<string>): ReadonlyMap<string, string> | null {
  if (names.has("model.safetensors") || !names.has(SHARD_INDEX_FILE)) return null;
  const file = join(folder, SHARD_INDEX_FILE);
  const map = readShardMap(file);
  const missing = [...map.values()].find((name) => !names.has(name));
  if (missing !== undefined) throw new CodedError("base-incomplete", { folder, missing });
  return map;
}
