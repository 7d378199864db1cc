/** Content hashes of plans: RFC 8785 canonical JSON, SHA-256, hexadecimal. Synchronous, and the same in a browser. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { ExecutionSettings, Recipe } from "./plan.js";
import type { Call, Value } from "../../language/types/value.js";
import { withoutAddressQueries } from "./retained-calls.js";

export function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? "null")));
}

/**
 * Folders and names are excluded: content hashes identify the data, and names change no result. URL queries are
 * excluded too: the hash is public, and a guessed secret query could be checked against it.
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
      // The base's hash covers the words that define a from-scratch model.
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
/** A default written explicitly and an implicit default give the same recipe if they read the same rows. */
function contentOf({ data, dataHash }: Pick<Recipe, "data" | "dataHash">) {
  return {
    data: {
      ...data,
      source: withoutAddressQueries(dataHash === null ? data.source : withoutWrittenDefaultMarks(data.source as Value)),
      name: null,
      folder: dataHash === null ? data.folder : null,
      // The data's hash includes the annotators' decisions.
      ...(data.annotations && dataHash !== null && { annotations: null }),
    },
    dataHash,
  };
}
/** Removes the marks on defaults that were written explicitly. */
export function withoutWrittenDefaultMarks(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutWrittenDefaultMarks);
  if (value === null || typeof value !== "object") return value;
  const { held: heldNames, ...rest } = value as Call;
  void heldNames;
  const parts = Object.entries(rest).map(([key, part]) => [key, withoutWrittenDefaultMarks(part as Value)] as const);
  return { ...rest, ...Object.fromEntries(parts) };
}
export function planHash(recipe: Recipe, effects: ExecutionSettings): string {
  return hashOf({ recipe: recipeHash(recipe), effects: withoutAddressQueries(effects) });
}
