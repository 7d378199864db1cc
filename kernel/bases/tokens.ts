/** Identifies a base's tokenizer: equal hashes mean that two bases tokenize every text alike. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { LRUCache } from "lru-cache";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { fileStampOf } from "../fetch/stamp.js";

/**
 * Parts of tokenizer.json that determine the tokens. Truncation and padding are left out because they are set anew.
 */
const DECIDES = ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "model"];
/** Maximum bytes of a file to hash: files with vocabularies of 250,000 tokens take a third of a second each time. */
const MOST = 8 * 2 ** 20;
const known = new LRUCache<string, string>({ max: 100 });

/**
 * Returns a hash, or undefined if the file is too large or no tokenizer. The latter is reported when the tokenizer is
 * opened.
 */
export async function tokenizerHashOf(file: string): Promise<string | undefined> {
  const stats = await stat(file);
  if (stats.size > MOST) return undefined;
  const key = `${file} ${fileStampOf(stats)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const hash = createHash("sha256");
  for (const part of DECIDES) hash.update(`${JSON.stringify(json[part]) ?? ""}\n`);
  const made = hash.digest("hex");
  known.set(key, made);
  return made;
}
