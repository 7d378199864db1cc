/**
 * Rows of several texts that are encoded separately, ordered by role: all rows' texts of one role, then those of the
 * next.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { sha256 } from "#platform/digest.js";
import { tokensAt, type TokenRows, type TokenizedTexts } from "../../sequences/token-rows.js";
import { taskInputsOf, truncateTexts, type TruncationOptions } from "../prediction-rows.js";
import type { EncodedRows, EncodedInputs } from "../rows.js";

type Fed = Pick<EncodedInputs, "ids" | "lengths" | "taskInputs"> & Pick<EncodedRows, "written" | "apart">;
type Once = ReturnType<NonNullable<EncodedRows["apart"]>>;

/** `texts`: one list per role; the two roles of a matching pair come first. */
export function encodeSeparateTexts(texts: readonly TokenizedTexts[], e: TruncationOptions): Fed {
  const roles = texts.map((roleTexts) => truncateTexts(roleTexts, e));
  const [first, ...others] = roles;
  const { lengths } = mustExist(first, "the first texts of rows");
  const n = lengths.length;
  const ids = inTurn(
    roles.map((role) => role.ids),
    n,
  );
  const written = lengths.map((_, row) => others.reduce((sum, other) => sum + other.lengths[row]!, 0));
  let found: Once | undefined;
  return {
    ids,
    lengths,
    written,
    taskInputs: { ...taskInputsOf(ids, e), count: n },
    apart: () => (found ??= once(ids, 2 * n, e)),
  };
}

/** Concatenates the roles: the text of row r and role k has index k · n + r. */
function inTurn(roles: readonly TokenRows[], n: number): TokenRows {
  return { length: roles.length * n, at: (text) => roles[Math.floor(text / n)]?.at(text % n) };
}

/** Deduplicates texts, so that a text that occurs in many rows is encoded once. */
function once(ids: TokenRows, count: number, e: TruncationOptions): Once {
  const places = new Map<string, number>();
  const first: number[] = [];
  const textIndices = new Int32Array(count);
  for (let text = 0; text < count; text++) {
    const key = keyOf(tokensAt(ids, text));
    const known = places.get(key);
    textIndices[text] = known ?? first.length;
    if (known !== undefined) continue;
    places.set(key, first.length);
    first.push(text);
  }
  const distinctIds: TokenRows = { length: first.length, at: (text) => ids.at(first[text] ?? -1) };
  const lengths = Int32Array.from(first, (text) => tokensAt(ids, text).length);
  return { texts: { ids: distinctIds, lengths, taskInputs: taskInputsOf(distinctIds, e) }, textIndices };
}

/** Hashes the ids, because there may be many long texts. */
function keyOf(ids: Int32Array): string {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  return sha256().update(bytes).end().slice(0, 32);
}
