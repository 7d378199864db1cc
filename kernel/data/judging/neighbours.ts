/**
 * Judges a row's label by its nearest neighbours. This second judge makes other errors than a linear probe: a label
 * that both contradict is wrong more often than one that only the probe contradicts.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";

/** Number of neighbours, and how strongly nearer ones are weighted (cosines differ by hundredths). */
const NEAREST = 25;
const SHARPNESS = 8;
/** Maximum rows to search among (more add little), and maximum pairs of rows to compare. */
const MOST = 10_000;
const PAIRS = 16_000_000;
/** Pseudo-count per label: a label that no neighbour has isn't impossible. */
const LEAST = 1e-3;

/**
 * Returns [rows × labels]: label shares of the nearest rows, the row itself excluded; null if the rows are too many to
 * compare.
 */
export function labelProbabilitiesFromNeighbours(
  vectors: readonly Float32Array[],
  labels: Int32Array,
  count: number,
): Float32Array | null {
  if (vectors.length > MOST) return null;
  const sampled = drawn(vectors.length);
  const width = vectors[0]?.length ?? 0;
  const others = new Float64Array(sampled.length * width);
  sampled.forEach((row, i) => others.set(unit(vectors[row]!), i * width));
  const chances = new Float32Array(vectors.length * count);
  const nearness = new Float64Array(sampled.length);
  vectors.forEach((vector, vectorIndex) => {
    cosines(unit(vector), others, nearness);
    const itself = sampled.indexOf(vectorIndex);
    if (itself >= 0) nearness[itself] = -Infinity;
    const labelVotes = new Float64Array(count).fill(LEAST);
    for (const i of nearest(nearness)) labelVotes[labels[sampled[i]!]!]! += Math.exp(SHARPNESS * nearness[i]!);
    const sum = labelVotes.reduce((a, b) => a + b, 0);
    labelVotes.forEach((share, label) => (chances[vectorIndex * count + label] = share / sum));
  });
  return chances;
}

/** Returns the rows to search among: all, or a sample small enough to compare in seconds. */
function drawn(rows: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  return rows <= PAIRS / rows ? order : shuffle(order, seededRandom(1, rows)).slice(0, Math.floor(PAIRS / rows));
}

/** Returns the rows with the greatest values, using a sorted list. */
function nearest(nearness: Float64Array): readonly number[] {
  const nearestIndices: number[] = [];
  nearness.forEach((near, row) => {
    if (near === -Infinity || (nearestIndices.length === NEAREST && near <= nearness[lastOf(nearestIndices)]!)) return;
    if (nearestIndices.length === NEAREST) nearestIndices.pop();
    let insertAt = nearestIndices.length;
    while (insertAt > 0 && nearness[nearestIndices[insertAt - 1]!]! < near) insertAt--;
    nearestIndices.splice(insertAt, 0, row);
  });
  return nearestIndices;
}

/** Cosines of a vector with many others, four at a time, so that the sums don't wait for each other. */
function cosines(vector: Float64Array, others: Float64Array, similarities: Float64Array): void {
  const width = vector.length;
  const fours = similarities.length - (similarities.length % 4);
  for (let row = 0; row < fours; row += 4) {
    const offset = row * width;
    let [p, q, r, s] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const x = vector[i]!;
      p += x * others[offset + i]!;
      q += x * others[offset + width + i]!;
      r += x * others[offset + 2 * width + i]!;
      s += x * others[offset + 3 * width + i]!;
    }
    similarities[row] = p;
    similarities[row + 1] = q;
    similarities[row + 2] = r;
    similarities[row + 3] = s;
  }
  for (let row = fours; row < similarities.length; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += vector[i]! * others[row * width + i]!;
    similarities[row] = sum;
  }
}

function unit(vector: Float32Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1;
  return Float64Array.from(vector, (x) => x / length);
}
