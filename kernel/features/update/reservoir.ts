/**
 * Reservoir sampling: retains at most so many of all rows so far, each with the same probability, whenever it arrived.
 * Every row has a pseudo-random number computed from its content; the rows with the smallest numbers stay. Sampling new
 * rows together with earlier retained ones gives the same result as sampling all at once, so nothing else needs to be
 * stored, and a resumed stage retains the same rows.
 *
 * Balanced: each label has the same capacity, and labels with fewer rows leave theirs to the others. A label's capacity
 * only shrinks as rows arrive, so the result per label, too, is that of sampling all at once.
 */
import { seededNumberOfText } from "#stdlib/statistics/chance.js";
import type { ReplayBuffer } from "#dsl/language/types/capabilities/learning.js";
import type { ReplayExemplar } from "../../runs/continual-state.js";

type Row = Pick<ReplayExemplar, "hash" | "row" | "roles">;

export const reservoirRowKey = ({ hash, row }: Pick<Row, "hash" | "row">): string => `${hash} ${String(row)}`;

/** In the given order. */
export function sampleReservoir<R extends Row>(
  rows: readonly R[],
  { maxRows: most, balanced }: Pick<ReplayBuffer, "maxRows" | "balanced">,
): readonly R[] {
  if (most === undefined || rows.length <= most) return rows;
  const named = rows.map((one) => {
    const name = reservoirRowKey(one);
    return { one, name, drawn: seededNumberOfText(0, name), label: balanced ? String(one.roles["label"]) : "" };
  });
  const groups = new Map<string, (typeof named)[number][]>();
  for (const each of named) {
    const known = groups.get(each.label);
    if (known) known.push(each);
    else groups.set(each.label, [each]);
  }
  const counts = [...groups]
    .map(([label, all]) => ({ label, count: all.length }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const chosen = new Set<R>();
  for (const { label, room } of roomOf(counts, most)) {
    const order = (groups.get(label) ?? []).sort((a, b) => a.drawn - b.drawn || (a.name < b.name ? -1 : 1));
    for (const { one } of order.slice(0, room)) chosen.add(one);
  }
  return rows.filter((one) => chosen.has(one));
}

/** Capacity of each label: equal as far as possible; the remainder goes to the first labels. */
function roomOf(counts: readonly { readonly label: string; readonly count: number }[], most: number) {
  const retainedAt = (level: number): number => counts.reduce((sum, { count }) => sum + Math.min(count, level), 0);
  let level = 0;
  for (let step = 2 ** Math.ceil(Math.log2(most + 1)); step >= 1; step /= 2)
    if (retainedAt(level + step) <= most) level += step;
  let left = most - retainedAt(level);
  return counts.map(({ label, count }) => {
    const more = count > level && left > 0 ? 1 : 0;
    left -= more;
    return { label, room: Math.min(count, level) + more };
  });
}
