/**
 * Random splits. Groups (a row without one is its own group) are shuffled, then distributed. Single rows are stratified
 * by largest remainders, so that each stratum is within one row of its share, or label by label if a row has several.
 * Larger groups are assigned largest first, to the split that lacks most of the group's strata.
 */
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { seededRandom, seededNumberOfText, shuffle, type RandomSource } from "../statistics/chance.js";
import type { SplitImplementation } from "../data/contract.js";
import { assignByLabels } from "./shared/by-labels.js";
import type { RowGroup } from "./shared/group.js";
import { groupOfRow, GroupedRows, type GroupingColumns } from "./shared/groups-and-strata.js";
import { splitRowCounts, splitSizesOf } from "./shared/targets.js";

export const random: SplitImplementation & Pick<Required<SplitImplementation>, "stream" | "foresee"> = {
  /** Each row or group draws its split from the seed and its number or value, so shares are met on average. */
  stream(call, seed) {
    const targets = splitSizesOf(call);
    const counted = targets.find((t) => t.count !== undefined);
    if (counted)
      throw new CodedError("split-not-streamed", { split: "random", why: `\`${counted.split}\` is a count` });
    const { group } = askedOf(call);
    const rest = Math.max(0, 1 - targets.reduce((all, t) => all + (t.share ?? 0), 0));
    let sum = 0;
    const ends = targets.map((t) => (sum += t.rest ? rest : (t.share ?? 0)));
    if (sum > 1 - 1e-9) ends[ends.length - 1] = 1;
    return (row) => {
      const key = groupOfRow(row, group);
      const drawn = seededNumberOfText(seed, key === null ? `row ${String(row.row)}` : `value ${key}`);
      return targets[ends.findIndex((end) => drawn < end)]?.split ?? null;
    };
  },
  /** Strata only need counting, so streamed rows are split exactly like rows in memory. */
  foresee(call, seed) {
    const grouping = askedOf(call);
    if (grouping.stratify === null) return undefined;
    const looked = new GroupedRows(grouping);
    return { look: (row) => looked.look(row), assign: (picks) => dealt(call, looked.picked(picks), seed) };
  },
  names: (call) => splitSizesOf(call).map((t) => t.split),
  assign(call, rows, seed) {
    const looked = new GroupedRows(askedOf(call));
    for (const row of rows) looked.look(row);
    return dealt(call, looked, seed);
  },
};

function askedOf({ arguments: given }: Call): GroupingColumns {
  return {
    stratify: (given["stratify"] as string | null | undefined) ?? null,
    group: (given["group"] as string | null | undefined) ?? null,
  };
}

/** Returns the split of each row. Coded error `counts-too-large`. */
function dealt(call: Call, looked: GroupedRows, seed: number): readonly (string | null)[] {
  const targets = splitSizesOf(call);
  const { rows } = looked;
  const wanted = splitRowCounts(targets, rows);
  const sum = wanted.reduce((a, b) => a + b, 0);
  if (sum > rows) throw new CodedError("counts-too-large", { wanted: sum, rows });
  // Rows that are left out are distributed like a split, so that strata stay in proportion.
  const sizes = [...wanted, rows - sum];
  const generator = seededRandom(seed, 1);
  const names = new Array<string | null>(rows).fill(null);
  const stratumOf = looked.strataOfRows();
  if (stratumOf) {
    const order = shuffle(
      Uint32Array.from({ length: rows }, (_, row) => row),
      generator,
    );
    const splits = byStrata(rows, (index) => stratumOf(order[index]!), sizes, generator);
    order.forEach((row, index) => (names[row] = targets[splits[index]!]?.split ?? null));
    return names;
  }
  const groups = shuffle(looked.groups(), generator);
  const splits = groups.some((g) => g.rows.length > 1)
    ? byGroups(groups, sizes)
    : assignByLabels(groups, sizes, generator);
  groups.forEach((group, g) => {
    for (const row of group.rows) names[row] = targets[splits[g]!]?.split ?? null;
  });
  return names;
}

/**
 * Single rows: each split gets the integer part of its share of each stratum. The remaining rows go to the splits that
 * are furthest behind their shares.
 */
function byStrata(
  rows: number,
  stratumOf: (index: number) => string,
  sizes: readonly number[],
  generator: RandomSource,
): Int32Array {
  const members = new Map<string, number[]>();
  for (let index = 0; index < rows; index++) {
    const stratumRows = members.get(stratumOf(index));
    if (stratumRows) stratumRows.push(index);
    else members.set(stratumOf(index), [index]);
  }
  const dealt = new Int32Array(rows);
  const given = sizes.map(() => 0);
  const due = sizes.map(() => 0);
  for (const stratumRows of [...members.values()].sort((a, b) => a.length - b.length)) {
    const exact = sizes.map((size) => (size * stratumRows.length) / rows);
    const counts = exact.map((x) => Math.floor(x + 1e-9));
    exact.forEach((x, k) => (due[k]! += x));
    let left = stratumRows.length - counts.reduce((a, b) => a + b, 0);
    const owed = counts.map((count, k) => [due[k]! - given[k]! - count, exact[k]! - count, k] as const);
    for (const [, , k] of owed.filter(([, rest]) => rest > 1e-9).sort((a, b) => b[0] - a[0] || b[1] - a[1])) {
      if (left-- <= 0) break;
      counts[k]!++;
    }
    shuffle(stratumRows, generator);
    let index = 0;
    counts.forEach((count, k) => {
      given[k]! += count;
      for (let i = 0; i < count; i++) dealt[stratumRows[index++]!] = k;
    });
  }
  return dealt;
}

/** Groups of several rows, largest first: each goes to the split whose missing rows, by stratum, it fits best. */
function byGroups(groups: readonly RowGroup[], sizes: readonly number[]): Int32Array {
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
      // Squared distance from the wanted sizes relative to the split's size, by strata and in total.
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
