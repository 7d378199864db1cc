/** Content hashes of plans: RFC 8785 canonical JSON, SHA-256, hexadecimal. Synchronous, and the same in a browser. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { PlanEffects } from "./plan.js";
import type { Recipe } from "./recipe.js";
import type { Call, Value } from "../../language/types/value.js";
import { withoutAddressQueries } from "./retained-calls.js";

export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? "null")));
}

/**
 * Folders say where things lie, not what they are: content hashes stand for them. Names of definitions change no number either.
 * Queries of addresses are left out: the hash is public, and whoever guesses a secret query could check the guess against it.
 */
export function recipeHash(recipe: Recipe): string {
  const { semantics, model, training, update, federated, compress } = recipe;
  return hashOf({
    ...(semantics !== undefined && { semantics }),
    ...contentOf(recipe),
    model: {
      ...model,
      name: null,
      base: model.baseHash === null ? model.base : null,
      folder: model.baseHash === null ? model.folder : null,
      ...(model.trained && { trained: null }),
      // The base's hash covers all that its words come to.
      ...(model.scratch && { scratch: model.baseHash === null ? withoutAddressQueries(model.scratch) : null }),
    },
    training,
    ...(update && { update }),
    ...(federated && { federated: { ...federated, others: federated.others.map(contentOf) } }),
    ...(compress && {
      compress: {
        ...compress,
        ...(compress.teacher && { teacher: { ...compress.teacher, folder: null } }),
        ...(compress.unlabelled && { unlabelled: compress.unlabelled.map(contentOf) }),
      },
    }),
  });
}
/** What is written as it usually is, and what stands there unwritten, are the same recipe where they read the same rows. */
function contentOf({ data, dataHash }: Pick<Recipe, "data" | "dataHash">) {
  return {
    data: {
      ...data,
      source: withoutAddressQueries(dataHash === null ? data.source : withoutWrittenDefaultMarks(data.source as Value)),
      name: null,
      folder: dataHash === null ? data.folder : null,
      // What people decided is in the data's hash.
      ...(data.annotations && dataHash !== null && { annotations: null }),
    },
    dataHash,
  };
}
/** Nobody need know that somebody wrote what is usual. */
export function withoutWrittenDefaultMarks(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutWrittenDefaultMarks);
  if (value === null || typeof value !== "object") return value;
  const { held: heldNames, ...rest } = value as Call;
  void heldNames;
  const parts = Object.entries(rest).map(([key, part]) => [key, withoutWrittenDefaultMarks(part as Value)] as const);
  return { ...rest, ...Object.fromEntries(parts) };
}
export function planHash(recipe: Recipe, effects: PlanEffects): string {
  return hashOf({ recipe: recipeHash(recipe), effects: withoutAddressQueries(effects) });
}
