/**
 * Splits rows with several labels, one row per group, so that every split gets its share of every label: iterative
 * stratification (Sechidis, Tsoumakas and Vlahavas 2011). The rarest remaining label goes first, each of its rows to
 * the split that lacks it most. Ties go to the split with most free rows, then to a random one. Split sizes are met
 * exactly.
 */
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { drawBelow, type RandomSource } from "../../statistics/chance.js";
import type { RowGroup } from "./group.js";

/** Returns the split number of each group. `sizes`: rows of each split, which sum to the number of groups. */
export function assignByLabels(
  groups: readonly RowGroup[],
  sizes: readonly number[],
  generator: RandomSource,
): Int32Array {
  const rows = sizes.reduce((a, b) => a + b, 0);
  const members = new Map<string, number[]>();
  groups.forEach(({ strata }, g) => {
    for (const label of strata.keys()) {
      const labelGroups = members.get(label);
      if (labelGroups) labelGroups.push(g);
      else members.set(label, [g]);
    }
  });
  const left = new Map([...members].map(([label, labelGroups]) => [label, labelGroups.length]));
  const lacking = sizes.map((size) => new Map([...left].map(([label, n]) => [label, (n * size) / rows])));
  const room = sizes.slice();
  const dealt = new Int32Array(groups.length).fill(-1);
  const deal = (g: number, label: string | undefined): void => {
    const lack = label === undefined ? room : lacking.map((splitLacks) => mustGet(splitLacks, label, "label"));
    const split = mostLacking(lack, room, generator);
    dealt[g] = split;
    room[split]!--;
    for (const groupLabel of groups[g]!.strata.keys()) {
      left.set(groupLabel, mustGet(left, groupLabel, "label") - 1);
      lacking[split]!.set(groupLabel, mustGet(lacking[split]!, groupLabel, "label") - 1);
    }
  };
  for (let label = rarest(left); label !== undefined; label = rarest(left))
    for (const g of mustGet(members, label, "label")) if (dealt[g] === -1) deal(g, label);
  groups.forEach((_, g) => {
    if (dealt[g] === -1) deal(g, undefined);
  });
  return dealt;
}

/** Returns the rarest label with rows left. */
function rarest(left: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined;
  let least = Infinity;
  for (const [label, rows] of left) if (rows > 0 && rows < least) [found, least] = [label, rows];
  return found;
}

function mostLacking(lack: readonly number[], room: readonly number[], generator: RandomSource): number {
  const open = room.flatMap((rows, k) => (rows > 0 ? [k] : []));
  const most = Math.max(...open.map((k) => lack[k]!));
  const alike = open.filter((k) => lack[k]! > most - 1e-9);
  const roomiest = Math.max(...alike.map((k) => room[k]!));
  const best = alike.filter((k) => room[k] === roomiest);
  return best.length === 1 ? best[0]! : best[drawBelow(generator, best.length)]!;
}
