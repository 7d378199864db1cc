/**
 * Measures agreement of annotators beyond chance. Cohen's kappa for two (Cohen 1960, "A Coefficient of Agreement for
 * Nominal Scales"); Krippendorff's nominal alpha for any number, ignoring rows with one annotator (Krippendorff 2011,
 * "Computing Krippendorff's Alpha-Reliability"). Null if disagreement is impossible because all choices are equal.
 */

/** Choices for one row, by annotator. */
export type ChoicesByAnnotator = ReadonlyMap<string, string>;

export interface PairAgreement {
  readonly a: string;
  readonly b: string;
  /** Rows with decisions of both annotators. */
  readonly rows: number;
  /** Rows on which both chose the same. */
  readonly same: number;
  readonly kappa: number | null;
}
export interface Agreement {
  readonly annotators: readonly string[];
  /** Rows with decisions of two or more annotators. */
  readonly rows: number;
  readonly alpha: number | null;
  readonly pairs: readonly PairAgreement[];
  /** Alpha of each choice against all others, the most frequent first; `rows`: rows for which anybody chose it. */
  readonly choices: readonly { readonly choice: string; readonly rows: number; readonly alpha: number | null }[];
}

export function annotatorAgreement(rows: readonly ChoicesByAnnotator[]): Agreement {
  const shared = rows.filter((row) => row.size > 1);
  const annotators = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort();
  const pairs = annotators.flatMap((a, i) => annotators.slice(i + 1).map((b) => pairOf(rows, a, b)));
  const counts = new Map<string, number>();
  for (const row of shared)
    for (const choice of new Set(row.values())) counts.set(choice, (counts.get(choice) ?? 0) + 1);
  return {
    annotators,
    rows: shared.length,
    alpha: alphaOfChoices(shared),
    pairs: pairs.filter((pair) => pair.rows > 0),
    choices: [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([choice, n]) => ({
        choice,
        rows: n,
        alpha: alphaOfChoices(
          shared.map((row) => new Map([...row].map(([who, one]) => [who, one === choice ? "it" : "other"]))),
        ),
      })),
  };
}

function pairOf(rows: readonly ChoicesByAnnotator[], a: string, b: string): PairAgreement {
  const both = rows.flatMap((row): [string, string][] => {
    const [left, right] = [row.get(a), row.get(b)];
    return left === undefined || right === undefined ? [] : [[left, right]];
  });
  const same = both.filter(([left, right]) => left === right).length;
  return { a, b, rows: both.length, same, kappa: kappaOfChoices(both) };
}

export function kappaOfChoices(pairs: readonly (readonly [string, string])[]): number | null {
  const n = pairs.length;
  const choices = new Set(pairs.flat());
  const share = (side: 0 | 1, choice: string): number => pairs.filter((pair) => pair[side] === choice).length / n;
  let expected = 0;
  for (const choice of choices) expected += share(0, choice) * share(1, choice);
  const observed = pairs.filter(([a, b]) => a === b).length / n;
  return n === 0 || expected === 1 ? null : (observed - expected) / (1 - expected);
}

export function alphaOfChoices(rows: readonly ChoicesByAnnotator[]): number | null {
  const totals = new Map<string, number>();
  let [values, disagreements] = [0, 0];
  for (const row of rows) {
    const m = row.size;
    if (m < 2) continue;
    values += m;
    const choiceCounts = new Map<string, number>();
    for (const choice of row.values()) choiceCounts.set(choice, (choiceCounts.get(choice) ?? 0) + 1);
    for (const [choice, count] of choiceCounts) {
      totals.set(choice, (totals.get(choice) ?? 0) + count);
      disagreements += (count * (m - count)) / (m - 1);
    }
  }
  let chance = 0;
  for (const count of totals.values()) chance += count * (values - count);
  if (chance === 0) return null;
  return 1 - ((values - 1) * disagreements) / chance;
}
