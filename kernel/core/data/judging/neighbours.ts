/**
 * What the nearest other rows say of a row's label: a second judge, which errs elsewhere than a probe of straight lines. A label
 * that both contradict is wrong more often than one that the probe alone does.
 */
import { lastOf } from "#dsl/diagnostics/must.js";
import { probed, type Probed } from "./probe.js";

/** Rows that are asked, and how much a nearer one counts for more (cosines differ by hundredths). */
const NEAREST = 25;
const SHARPNESS = 8;
/** Up to so many rows each is held beside each; of more the probe has enough to learn from. */
const MOST = 10_000;
/** Of each label, as if so much had been said for it: a label that no neighbour has isn't impossible. */
const LEAST = 1e-3;

/** Chances of the labels by the probe and by the neighbours, half each. */
export function judged(vectors: readonly Float32Array[], labels: Int32Array, count: number): Probed {
  const probe = probed(vectors, labels, count);
  if (vectors.length > MOST) return probe;
  const near = neighbourly(vectors, labels, count);
  const chances = probe.chances.map((chance, i) => (chance + near[i]!) / 2);
  let right = 0;
  labels.forEach((label, row) => {
    const own = chances.subarray(row * count, (row + 1) * count);
    if (own[label] === own.reduce((a, b) => Math.max(a, b), 0)) right++;
  });
  return { chances, accuracy: right / labels.length };
}

/** [rows × labels]: shares of the nearest rows, itself left out. */
export function neighbourly(vectors: readonly Float32Array[], labels: Int32Array, count: number): Float32Array {
  const rows = vectors.map(unit);
  const chances = new Float32Array(rows.length * count);
  const nearness = new Float64Array(rows.length);
  rows.forEach((row, at) => {
    rows.forEach((other, i) => (nearness[i] = i === at ? -Infinity : dot(row, other)));
    const said = new Float64Array(count).fill(LEAST);
    for (const i of nearest(nearness)) said[labels[i]!]! += Math.exp(SHARPNESS * nearness[i]!);
    const sum = said.reduce((a, b) => a + b, 0);
    said.forEach((share, label) => (chances[at * count + label] = share / sum));
  });
  return chances;
}

/** The rows with the greatest numbers, by a list that is kept in order. */
function nearest(nearness: Float64Array): readonly number[] {
  const kept: number[] = [];
  nearness.forEach((near, row) => {
    if (near === -Infinity || (kept.length === NEAREST && near <= nearness[lastOf(kept)]!)) return;
    if (kept.length === NEAREST) kept.pop();
    let at = kept.length;
    while (at > 0 && nearness[kept[at - 1]!]! < near) at--;
    kept.splice(at, 0, row);
  });
  return kept;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((x) => x / length);
}
