/** What a base reads texts by: alike where two make the same tokens of every text. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { LRUCache } from "lru-cache";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { fileStampOf } from "../fetch/stamp.js";

/** Of tokenizer.json, all that decides; how much of a text is read and what fills a batch is settled anew. */
const DECIDES = ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "model"];
/** Bytes: the files of vocabularies of a quarter of a million take a third of a second each time. */
const MOST = 8 * 2 ** 20;
const known = new LRUCache<string, string>({ max: 100 });

/** A hash; undefined: it is too large to look at, or no tokenizer, which is told where it is opened. */
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
