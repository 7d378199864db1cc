/** A reader of JSON, given texts of which one place is wrong. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { changedJson, hardest } from "./changed-json.js";

export interface Reader {
  /** What it reads where nothing is wrong. */
  readonly good: unknown;
  /** Reads the text, and uses what it got. */
  readonly read: (text: string) => unknown;
  /** What it may say. */
  readonly codes?: readonly string[];
  /** Of one that takes long: so many texts at random, and no others. */
  readonly runs?: number;
  /** Looks at what comes of the good one, so that no reader passes by reading nothing. */
  readonly whole: (got: unknown) => boolean;
}

/**
 * It reads what is there, passes it over, or says so with one of its codes: nothing else is thrown, and what was read can be
 * used as its callers use it.
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

/** Its code, which is one of these. */
export function assertCoded(error: unknown, codes: readonly string[], text = ""): string {
  const told = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  assert.ok(error instanceof CodedError, `${told}\n${text}`);
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
  return error.code;
}
