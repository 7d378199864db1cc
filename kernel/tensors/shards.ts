/** Weights split over several files: their names and their index. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { schemaGuard } from "../fetch/json.js";
import { readModelJsonObject } from "./model-file.js";

export const SHARD_INDEX_FILE = "model.safetensors.index.json";

/**
 * Returns the file of each tensor according to an index; refuses names that lead out of the folder. Coded error:
 * `base-damaged`.
 */
export function readShardMap(file: string): ReadonlyMap<string, string> {
  const weights = readModelJsonObject(file)?.["weight_map"];
  const places = isRecord(weights) ? Object.entries(weights).filter(isPlace) : [];
  if (isRecord(weights) && places.length > 0 && places.length === Object.keys(weights).length) return new Map(places);
  throw new CodedError("base-damaged", { file, why: "it is no index of weights" });
}

/** A plain file name: no folder, no drive, not hidden, and no character that some system interprets. */
const shardName = v.pipe(v.string(), v.maxLength(250), v.regex(/^[^/\\:.\p{Cc}][^/\\:\p{Cc}]*\.safetensors$/u));
const isPlace = schemaGuard<[tensor: string, shard: string]>(v.tuple([v.string(), shardName]));

/** Returns the files that an index names. Coded error: `base-damaged`. */
export function readShardNames(file: string): readonly string[] {
  return [...new Set(readShardMap(file).values())].sort();
}

/**
 * Returns the shards of a folder with these files, all present; null if its weights are not sharded. Coded errors:
 * `base-damaged`, `base-incomplete`.
 */
export function shardPathsOf(folder: string, names: ReadonlySet<string>): ReadonlyMap<string, string> | null {
  if (names.has("model.safetensors") || !names.has(SHARD_INDEX_FILE)) return null;
  const file = join(folder, SHARD_INDEX_FILE);
  const map = readShardMap(file);
  const missing = [...map.values()].find((name) => !names.has(name));
  if (missing !== undefined) throw new CodedError("base-incomplete", { folder, missing });
  return map;
}
