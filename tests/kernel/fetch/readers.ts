/** Tests a JSON reader with texts in which one position is wrong. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { changedJson, hardest } from "./changed-json.js";

export interface Reader {
  /** A valid value. */
  readonly good: unknown;
  /** Reads the text and uses the result. */
  readonly read: (text: string) => unknown;
  /** Error codes that the reader may report. */
  readonly codes?: readonly string[];
  /** For slow readers: tries only this number of random texts. */
  readonly runs?: number;
  /** Checks the result for the valid value, so that a reader that reads nothing fails. */
  readonly whole: (got: unknown) => boolean;
}

/**
 * Asserts that the reader accepts the rest, skips the position, or reports one of its codes. Nothing else is thrown,
 * and the result can be used as callers use it.
 */
export async function standChanges({ good, read, codes = [], runs, whole }: Reader): Promise<void> {
  const got = await read(JSON.stringify(good));
  assert.ok(whole(got), `what is whole is not read: ${JSON.stringify(got)}`);
  const stands = async (text: string): Promise<void> => {
    try {
      await read(text);
    } catch (error) {
      assertCoded(error, codes, text);
    }
  };
  if (runs === undefined) for (const text of hardest(good)) await stands(text);
  await fc.assert(fc.asyncProperty(changedJson(good), stands), { numRuns: runs ?? 150 });
}

/** Asserts that the error has one of these codes and returns it. */
export function assertCoded(error: unknown, codes: readonly string[], text = ""): string {
  const told = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  assert.ok(error instanceof CodedError, `${told}\n${text}`);
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
  return error.code;
}
