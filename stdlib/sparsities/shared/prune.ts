/**
 * Structured pruning: removes the same number of heads, or of inner-layer neurons, from each block; those with the
 * smallest weights. The result is a checkpoint of the same family with smaller sizes in its config.json. Pure: tensors
 * in, tensors out.
 */
import type { TensorSlab, PrunableUnits } from "../../models/shared/prunable-parts.js";

export interface WeightMatrix {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Returns how many units of a block to remove for a share: the nearest allowed number, the smaller of two equally near;
 * 0 if none is allowed.
 */
export function prunedUnitCount({ count, fits }: Pick<PrunableUnits, "count" | "fits">, share: number): number {
  const may = Array.from({ length: count }, (_, gone) => gone).filter((gone) => gone === 0 || fits(count - gone));
  const wanted = count * share;
  return may.reduce((best, gone) => (Math.abs(gone - wanted) < Math.abs(best - wanted) ? gone : best), 0);
}

/**
 * Returns the units that remain in each block, ascending: those with the greatest L2 norm over all their weights. Each
 * tensor's part is divided by its mean, so that a large matrix doesn't outweigh a small one.
 */
export function selectKeptUnits(
  { slabs, count }: PrunableUnits,
  gone: number,
  reads: (tensor: string) => WeightMatrix,
): readonly (readonly number[])[] {
  return slabs.map((block) => {
    const worth = unitMagnitudes(block, count, reads);
    const order = Array.from(worth.keys()).sort((a, b) => worth[a]! - worth[b]! || a - b);
    return order.slice(gone).sort((a, b) => a - b);
  });
}

export function unitMagnitudes(
  block: readonly TensorSlab[],
  count: number,
  reads: (tensor: string) => WeightMatrix,
): Float64Array {
  const worth = new Float64Array(count);
  for (const slab of block) {
    const found = reads(slab.tensor);
    if (found.shape.length < 2) continue;
    const slabSquares = squares(found, slab, count);
    const mean = slabSquares.reduce((sum, one) => sum + one, 0) / count;
    if (mean > 0) slabSquares.forEach((one, unit) => (worth[unit]! += one / mean));
  }
  return worth.map(Math.sqrt);
}

function squares({ shape, data }: WeightMatrix, { axis, width }: TensorSlab, count: number): Float64Array {
  const unitSums = new Float64Array(count);
  const [rows = 0, columns = 1] = shape;
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++)
      unitSums[Math.floor((axis === 0 ? row : column) / width)]! += data[index]! ** 2;
  return unitSums;
}

/** Returns a tensor without the removed units. */
export function removePrunedUnits(
  { shape, data }: WeightMatrix,
  { axis, width }: TensorSlab,
  keptUnits: readonly number[],
): WeightMatrix {
  const places = keptUnits.flatMap((unit) => Array.from({ length: width }, (_, i) => unit * width + i));
  const [rows = 0, columns = 1] = shape;
  if (axis === 0) {
    const left = new Float32Array(places.length * columns);
    places.forEach((row, i) => left.set(data.subarray(row * columns, (row + 1) * columns), i * columns));
    return { shape: [places.length, ...shape.slice(1)], data: left };
  }
  const left = new Float32Array(rows * places.length);
  for (let row = 0, index = 0; row < rows; row++)
    for (const column of places) left[index++] = data[row * columns + column]!;
  return { shape: [rows, places.length], data: left };
}

/**
 * Returns the tensor with zeros in place of the removed units: the inverse of `removePrunedUnits`, except for the lost values.
 */
export function restorePrunedUnits(
  { shape, data }: WeightMatrix,
  { axis, width }: TensorSlab,
  keptUnits: readonly number[],
  count: number,
): WeightMatrix {
  const places = keptUnits.flatMap((unit) => Array.from({ length: width }, (_, i) => unit * width + i));
  const [rows = 0, columns = 1] = shape;
  const size = count * width;
  const whole = new Float32Array(axis === 0 ? size * columns : rows * size);
  for (let row = 0, index = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, index++)
      whole[axis === 0 ? places[row]! * columns + column : row * size + places[column]!] = data[index]!;
  return { shape: axis === 0 ? [size, ...shape.slice(1)] : [rows, size], data: whole };
}

/** Returns the shapes after the removal of this many units from each block. */
export function shapesAfterPruning(
  { slabs, count }: Pick<PrunableUnits, "slabs" | "count">,
  gone: number,
  shapes: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, readonly number[]>> {
  const cut = slabs.flat().map(({ tensor, axis, width }): readonly [string, readonly number[]] => {
    const shape = [...(shapes[tensor] ?? [])];
    shape[axis] = (count - gone) * width;
    return [tensor, shape];
  });
  return { ...shapes, ...Object.fromEntries(cut) };
}
