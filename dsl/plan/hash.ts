/** Content hashes of plans: RFC 8785 canonical JSON, SHA-256, hexadecimal. Synchronous, and the same in a browser. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { Effects, Recipe } from "./plan.js";

export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? "null")));
}

/** Folders say where things lie, not what they are: content hashes stand for them. Names of definitions change no number either. */
export function recipeHash(recipe: Recipe): string {
  const { data, model, training, experiments } = recipe;
  return hashOf({
    data: { ...data, name: null, folder: recipe.dataHash === null ? data.folder : null },
    dataHash: recipe.dataHash,
    model: {
      ...model,
      name: null,
      base: model.baseHash === null ? model.base : null,
      folder: model.baseHash === null ? model.folder : null,
      ...(model.trained && { trained: null }),
      // The base's hash covers all that its words come to.
      ...(model.scratch && { scratch: model.baseHash === null ? model.scratch : null }),
    },
    training,
    ...(experiments && { experiments }),
  });
}
export function planHash(recipe: Recipe, effects: Effects): string {
  return hashOf({ recipe: recipeHash(recipe), effects });
}
