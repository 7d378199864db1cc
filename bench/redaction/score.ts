/**
 * Scores findings against the known personal data. A finding counts if it has the same entity and the overlap is at
 * least half of both spans.
 */
import type { Gold, Labelled } from "./generate.js";
import { readFileSync } from "node:fs";

export interface Score {
  readonly entity: string;
  readonly there: number;
  readonly precision: number;
  readonly recall: number;
  readonly f2: number;
  /** Share of the entity's characters that no finding of any entity covers. */
  readonly left: number;
}

export function scores(
  texts: readonly Labelled[],
  found: readonly (readonly Gold[])[],
  only?: ReadonlySet<string>,
): readonly Score[] {
  const counts = new Map<
    string,
    { there: number; hit: number; told: number; right: number; letters: number; left: number }
  >();
  const of = (entity: string) => {
    let own = counts.get(entity);
    if (!own) counts.set(entity, (own = { there: 0, hit: 0, told: 0, right: 0, letters: 0, left: 0 }));
    return own;
  };
  for (const [i, { text, gold }] of texts.entries()) {
    const mine = found[i]!;
    const covered = new Uint8Array(text.length);
    for (const { start, end } of mine) covered.fill(1, start, end);
    for (const one of gold) {
      const own = of(one.entity);
      own.there++;
      if (mine.some((two) => same(one, two))) own.hit++;
      own.letters += one.end - one.start;
      for (let at = one.start; at < one.end; at++) if (covered[at] === 0) own.left++;
    }
    for (const one of mine) {
      const own = of(one.entity);
      own.told++;
      if (gold.some((two) => same(one, two))) own.right++;
    }
  }
  return [...counts]
    .filter(([entity]) => only?.has(entity) ?? true)
    .map(([entity, { there, hit, told, right, letters, left }]) => {
      const [precision, recall] = [told === 0 ? 0 : right / told, there === 0 ? 0 : hit / there];
      const f2 = precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall);
      return { entity, there, precision, recall, f2, left: letters === 0 ? 0 : left / letters };
    });
}

/** Scores several entities as if they were one. */
export function pooled(
  all: readonly Score[],
  entities: ReadonlySet<string>,
): Pick<Score, "precision" | "recall" | "f2"> {
  let [there, hit, told] = [0, 0, 0];
  for (const one of all) {
    if (!entities.has(one.entity)) continue;
    there += one.there;
    hit += one.recall * one.there;
    told += one.precision === 0 ? 0 : (one.recall * one.there) / one.precision;
  }
  const [precision, recall] = [hit / told, hit / there];
  return { precision, recall, f2: (5 * precision * recall) / (4 * precision + recall) };
}

function same(a: Gold, b: Gold): boolean {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return a.entity === b.entity && shared * 2 >= Math.max(a.end - a.start, b.end - b.start);
}

// The texts of `bench/redaction/blind`, written by an author who had not seen the rules.

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
