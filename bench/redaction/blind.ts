/** The texts of `bench/redaction/blind`, written by an author who had not seen the rules. */
import { readFileSync } from "node:fs";
import type { Gold, Labelled } from "./generate.js";

/** `open`: may be used to improve the rules; `held`: test set, of which only the figures are looked at. */
export type Half = "open" | "held";

const read = (name: string): string =>
  readFileSync(new URL(`../../../bench/redaction/blind/${name}`, import.meta.url), "utf8");

export function blind(half: Half): readonly Labelled[] {
  return read(`${half}.jsonl`)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { text, findings } = JSON.parse(line) as { readonly text: string; readonly findings: readonly Gold[] };
      return { text, gold: findings };
    });
}

export function blindUnnamed(half: Half): readonly string[] {
  return read(`${half}-nameless.txt`).trimEnd().split("\n");
}
