/**
 * Answers of judges, kept by what was asked of whom: a cell that runs again asks nothing, one that was interrupted the rest
 * alone. The texts that were judged are not in it, but for what the judge says of them: it is for its owner's eyes.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as v from "valibot";
import { hashOf } from "#dsl/plan/hash.js";
import type { JudgeService, Message } from "#stdlib/kinds/judge.js";
import { cachePath } from "../../fetch/cache.js";
import { fields, hintIn } from "../../fetch/json.js";
import { tokenCount, type Said } from "./service.js";

const schema = fields({
  answer: v.string(),
  tokens: v.fallback(v.nullable(fields({ read: tokenCount, written: tokenCount })), null),
});

export function keyOf({ url, model, maxTokens }: JudgeService, messages: readonly Message[]): string {
  return hashOf({ url, model, max_tokens: maxTokens, messages: messages.map(({ role, content }) => [role, content]) });
}
const fileOf = (key: string): string => cachePath("judged", key.slice(0, 2), `${key}.json`);

export function keptAnswer(key: string): Said | null {
  return hintIn(fileOf(key), schema);
}

export function keep(key: string, said: Said): void {
  try {
    mkdirSync(dirname(fileOf(key)), { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(fileOf(key), JSON.stringify(said), { mode: 0o600 });
  } catch {
    // A cache that can't be written costs money the next time; it must not cost this score.
  }
}
