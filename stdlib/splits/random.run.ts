/**
 * Random splits. Groups (a row without one is a group of its own) are shuffled, then dealt: where each group is one row, by
 * strata with largest remainders, so that each stratum is within one row of its share, or label by label where a row has
 * several; where groups are larger, the largest first to the split that lacks most of what the group holds.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { mustGet } from "#dsl/diagnostics/must.js";
import { chance, drawFor, shuffle, type Chance } from "../lib/chance.js";
import type { CleanRow, SplitImplementation } from "../kinds/data.js";
import "../lib/splits/codes.js";
import { byLabels } from "../lib/splits/by-labels.js";
import type { Group } from "../lib/splits/group.js";
import { quotas, targetsOf } from "../lib/splits/targets.js";

export const random: SplitImplementation & Pick<Required<SplitImplementation>, "stream"> = {
  /** Each row, or each group, draws its split by the seed and its number or value: shares are met on average, strata too. */
  stream(call, seed) {
    const targets = targetsOf(call);
    const counted = targets.find((t) => t.count !== undefined);
    if (counted)
      throw new CodedError("split-not-streamed", { split: "random", why: `\`${counted.split}\` is a count` });
    const column = (call.arguments["group"] as string | null | undefined) ?? "$group";
    const rest = Math.max(0, 1 - targets.reduce((all, t) => all + (t.share ?? 0), 0));
    let sum = 0;
    const ends = targets.map((t) => (sum += t.rest ? rest : (t.share ?? 0)));
    if (sum > 1 - 1e-9) ends[ends.length - 1] = 1;
    return (row) => {
      const drawn = drawFor(seed, groupKey(row, column, row.row));
      return targets[ends.findIndex((end) => drawn < end)]?.split ?? null;
    };
  },
  names: (call) => targetsOf(call).map((t) => t.split),
  assign(call, rows, seed) {
    const targets = targetsOf(call);
    const wanted = quotas(targets, rows.length);
    const sum = wanted.reduce((a, b) => a + b, 0);
    if (sum > rows.length) throw new CodedError("counts-too-large", { wanted: sum, rows: rows.length });
    // The rows that are left out are dealt like a split of their own, so that strata keep their proportions.
    const sizes = [...wanted, rows.length - sum];
    const generator = chance(seed, 1);
    const groups = grouped(
      call.arguments["group"] as string | null | undefined,
      call.arguments["stratify"] as string | null | undefined,
      rows,
    );
    shuffle(groups, generator);
    const dealt = groups.some((g) => g.rows.length > 1)
      ? byGroups(groups, sizes)
      : groups.some((g) => g.strata.size !== 1)
        ? byLabels(groups, sizes, generator)
        : byStrata(groups, sizes, generator);
    const names = new Array<string | null>(rows.length).fill(null);
    groups.forEach((group, g) => {
      for (const row of group.rows) names[row] = targets[dealt[g]!]?.split ?? null;
    });
    return names;
  },
};

function grouped(
  group: string | null | undefined,
  stratify: string | null | undefined,
  rows: readonly CleanRow[],
): Group[] {
  const byKey = new Map<string, Group>();
  const column = group ?? "$group";
  rows.forEach((one, row) => {
    const { values } = one;
    const key = groupKey(one, column, row);
    let own = byKey.get(key);
    if (!own) byKey.set(key, (own = { rows: [], strata: new Map() }));
    own.rows.push(row);
    for (const stratum of strataOf(stratify ? values[stratify] : ""))
      own.strata.set(stratum, (own.strata.get(stratum) ?? 0) + 1);
  });
  return [...byKey.values()];
}

/** Of several labels each is a stratum; of none, none. */
function strataOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? [...new Set(value.map(text))] : [text(value)];
}

/** Rows without a group are groups of their own. */
function groupKey({ values }: CleanRow, column: string, number: number): string {
  const value = values[column];
  return value === null || value === undefined || value === "" ? `row ${number}` : `value ${text(value)}`;
}

/** One row per group: each stratum gives every split the whole part of its share; what is left goes where most is owed. */
function byStrata(groups: readonly Group[], sizes: readonly number[], generator: Chance): Int32Array {
  const members = new Map<string, number[]>();
  groups.forEach((group, g) => {
    const stratum = [...group.strata.keys()][0]!;
    const own = members.get(stratum);
    if (own) own.push(g);
    else members.set(stratum, [g]);
  });
  const dealt = new Int32Array(groups.length);
  const given = sizes.map(() => 0);
  const due = sizes.map(() => 0);
  for (const own of [...members.values()].sort((a, b) => a.length - b.length)) {
    const exact = sizes.map((size) => (size * own.length) / groups.length);
    const counts = exact.map((x) => Math.floor(x + 1e-9));
    exact.forEach((x, k) => (due[k]! += x));
    let left = own.length - counts.reduce((a, b) => a + b, 0);
    const owed = counts.map((count, k) => [due[k]! - given[k]! - count, exact[k]! - count, k] as const);
    for (const [, , k] of owed.filter(([, rest]) => rest > 1e-9).sort((a, b) => b[0] - a[0] || b[1] - a[1])) {
      if (left-- <= 0) break;
      counts[k]!++;
    }
    shuffle(own, generator);
    let at = 0;
    counts.forEach((count, k) => {
      given[k]! += count;
      for (let i = 0; i < count; i++) dealt[own[at++]!] = k;
    });
  }
  return dealt;
}

/** Groups of several rows, largest first: each goes where the rows still lacking, stratum by stratum, fit it best. */
function byGroups(groups: readonly Group[], sizes: readonly number[]): Int32Array {
  const rows = sizes.reduce((a, b) => a + b, 0);
  const totals = new Map<string, number>();
  for (const group of groups) for (const [s, n] of group.strata) totals.set(s, (totals.get(s) ?? 0) + n);
  const lacking = sizes.map((size) => new Map([...totals].map(([s, n]) => [s, (n * size) / rows])));
  const room = sizes.slice();
  const dealt = new Int32Array(groups.length);
  const order = groups.map((_, g) => g).sort((a, b) => groups[b]!.rows.length - groups[a]!.rows.length);
  for (const g of order) {
    const group = groups[g]!;
    const size = group.rows.length;
    let best = -1;
    let least = Infinity;
    sizes.forEach((wanted, k) => {
      if (wanted === 0) return;
      // How far from what is wanted this split comes, in units of the split's own size, by strata and as a whole.
      let cost = 0;
      for (const [s, n] of group.strata) {
        const lack = mustGet(lacking[k]!, s, "stratum");
        cost += ((lack - n) ** 2 - lack ** 2) / wanted;
      }
      cost += ((room[k]! - size) ** 2 - room[k]! ** 2) / wanted;
      if (cost < least) [best, least] = [k, cost];
    });
    dealt[g] = best;
    room[best]! -= size;
    for (const [s, n] of group.strata) lacking[best]!.set(s, mustGet(lacking[best]!, s, "stratum") - n);
  }
  return dealt;
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}
