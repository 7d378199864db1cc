/**
 * Probes for bias: whether rows that mention a group of people have some label far more or less often than all other
 * rows. It only compares words with labels; it is reported so that a person looks.
 */
import type { AuditFinding } from "#dsl/language/types/audit-facts.js";
import { PEOPLE_GROUP_WORDS } from "#stdlib/text/probes/people.js";
import { forEachRow, modelInputText, type RowObserver, type AuditedSplits } from "../rows.js";
import { addCount, wholePercent, sumCounts } from "./counts.js";
import { ExampleCollector } from "./examples.js";

/**
 * Minimum rows that mention a group, and minimum difference in a label's share to the other rows. It must also exceed
 * chance.
 */
const FEWEST = 30;
const POINTS = 0.15;
const DEVIATIONS = 3.5;
const TOLD = 3;

const groups = Object.keys(PEOPLE_GROUP_WORDS);
const numberOf = new Map(
  groups.flatMap((group, i) => (PEOPLE_GROUP_WORDS[group] ?? []).map((word) => [word, i] as const)),
);

interface Lean {
  readonly group: number;
  readonly label: string;
  readonly share: number;
  readonly others: number;
  readonly rows: number;
  readonly deviations: number;
}

export function demographicGroupFindingsObserver(
  rows: AuditedSplits,
  signal?: AbortSignal,
): RowObserver<Promise<readonly AuditFinding[]>> {
  const all = new Map<string, number>();
  const labelCounts = groups.map(() => new Map<string, number>());
  let looked = 0;
  return {
    look({ values }) {
      const { label } = values;
      if (typeof label !== "string") return;
      looked++;
      addCount(all, label);
      for (const group of groupsIn(modelInputText(values))) addCount(labelCounts[group]!, label);
    },
    async found() {
      const leanings = labelCounts
        .flatMap((counts, group) => leaning(group, counts, all, looked))
        .sort((a, b) => b.deviations - a.deviations)
        .slice(0, TOLD);
      if (leanings.length === 0) return [];
      const examples = leanings.map(() => new ExampleCollector());
      await forEachRow(
        rows,
        (row, split) => {
          const text = modelInputText(row.values);
          const textGroups = groupsIn(text);
          leanings.forEach(({ group, label }, i) => {
            if (row.values["label"] === label && textGroups.has(group))
              examples[i]!.add(row, split, text, placeIn(text, group));
          });
        },
        signal,
      );
      return leanings.map(({ group, label, share, others, rows }, i): AuditFinding => {
        return {
          what: "people",
          rows,
          of: looked,
          says: `that mention ${groups[group]!}: ${wholePercent(share)} of them have the label “${label}”, of all others ${wholePercent(others)}, so a model may learn from the group instead of the content`,
          mend: `look at these rows, and add some that mention ${groups[group]!} with other labels`,
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
  const rows = sumCounts(counts);
  const rest = looked - rows;
  if (rows < FEWEST || rest < FEWEST) return [];
  return [...all].flatMap(([label, whole]) => {
    const labelCount = counts.get(label) ?? 0;
    const [share, others, pooled] = [labelCount / rows, (whole - labelCount) / rest, whole / looked];
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
