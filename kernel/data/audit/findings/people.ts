/**
 * A probe for bias: whether rows that speak of a group of people have some label far more or less often than all other rows.
 * It compares words with labels and knows no more; it is told so that somebody looks.
 */
import type { Finding } from "#dsl/language/types/audit-facts.js";
import { PEOPLE } from "#stdlib/text/probes/people.js";
import { eachRow, readIn, type Observer, type SplitRows } from "../rows.js";
import { add, percent, sum } from "./counts.js";
import { Examples } from "./examples.js";

/** Rows that speak of a group, and how much more often a label must be theirs than the others'; beyond chance as well. */
const FEWEST = 30;
const POINTS = 0.15;
const DEVIATIONS = 3.5;
const TOLD = 3;

const groups = Object.keys(PEOPLE);
const numberOf = new Map(groups.flatMap((group, i) => (PEOPLE[group] ?? []).map((word) => [word, i] as const)));

interface Lean {
  readonly group: number;
  readonly label: string;
  readonly share: number;
  readonly others: number;
  readonly rows: number;
  readonly deviations: number;
}

export function people(rows: SplitRows, signal?: AbortSignal): Observer<Promise<readonly Finding[]>> {
  const all = new Map<string, number>();
  const of = groups.map(() => new Map<string, number>());
  let looked = 0;
  return {
    look({ values }) {
      const { label } = values;
      if (typeof label !== "string") return;
      looked++;
      add(all, label);
      for (const group of groupsIn(readIn(values))) add(of[group]!, label);
    },
    async found() {
      const told = of
        .flatMap((counts, group) => leaning(group, counts, all, looked))
        .sort((a, b) => b.deviations - a.deviations)
        .slice(0, TOLD);
      if (told.length === 0) return [];
      const examples = told.map(() => new Examples());
      await eachRow(
        rows,
        (row, split) => {
          const text = readIn(row.values);
          const own = groupsIn(text);
          told.forEach(({ group, label }, i) => {
            if (row.values["label"] === label && own.has(group))
              examples[i]!.add(row, split, text, placeIn(text, group));
          });
        },
        signal,
      );
      return told.map(({ group, label, share, others, rows }, i): Finding => {
        return {
          what: "people",
          rows,
          of: looked,
          says: `that speak of ${groups[group]!}: ${percent(share)} of them have the label “${label}”, of all others ${percent(others)}, so a model may learn the people instead of what is said`,
          mend: `look at these rows, and add some that speak of ${groups[group]!} under other labels`,
          examples: examples[i]!.examples,
        };
      });
    },
  };
}

function leaning(
  group: number,
  counts: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
  looked: number,
): Lean[] {
  const rows = sum(counts);
  const rest = looked - rows;
  if (rows < FEWEST || rest < FEWEST) return [];
  return [...all].flatMap(([label, whole]) => {
    const own = counts.get(label) ?? 0;
    const [share, others, pooled] = [own / rows, (whole - own) / rest, whole / looked];
    const deviations = (share - others) / Math.sqrt(pooled * (1 - pooled) * (1 / rows + 1 / rest));
    return share - others >= POINTS && deviations >= DEVIATIONS
      ? [{ group, label, share, others, rows, deviations }]
      : [];
  });
}

function groupsIn(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    const group = numberOf.get(word);
    if (group !== undefined) found.add(group);
  }
  return found;
}
function placeIn(text: string, group: number): number {
  for (const { 0: word, index } of text.toLowerCase().matchAll(/\p{L}+/gu))
    if (numberOf.get(word) === group) return index;
  return 0;
}
