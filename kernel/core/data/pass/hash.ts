/** The hash of prepared data: what a model will see of them, not where it lay. The same whether rows are in memory or on disk. */
import { sha256 } from "#platform/digest.js";

export interface HashedSplit {
  readonly name: string;
  readonly rows: number;
  /** `lineOf` each row, in pieces of any length. */
  readonly lines: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

/** `roles`: sorted. */
export async function hashOf(
  roles: readonly string[],
  labels: readonly string[],
  splits: readonly HashedSplit[],
): Promise<string> {
  const hash = sha256().update(JSON.stringify([roles, labels]));
  for (const { name, rows, lines } of splits) {
    hash.update(`\n${JSON.stringify(name)} ${rows}\n`);
    for await (const piece of lines) hash.update(piece);
  }
  return hash.end();
}
