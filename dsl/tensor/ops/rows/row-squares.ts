/**
 * Sums of squared per-row gradients, Σ_r (∂ loss_r / ∂ parameter)², of a loss that is a sum over rows. One backward
 * pass serves a full batch: where a weight meets the rows, its gradient is computed per row (dyᵀ x for a linear layer),
 * squared, and only then summed.
 */
import type { Dimension } from "../../program.js";
import { outer_product } from "../outer_product.js";
import { scatter_rows } from "../scatter_rows.js";
import type { GraphBuilder, Tensor } from "../../tensor.js";
import { materializePerRowGradient, type PerRowGradient } from "./row-part.js";
import { rowGradientParts, type DifferentiatedRows } from "./row-parts.js";

export interface RowGradientSquares {
  /** Sums with the parameter's shape each; undefined where the loss does not depend on it. */
  readonly squares: readonly (Tensor | undefined)[];
  /** Numbers in memory per row of the batch before they are summed. */
  readonly numbersPerRow: number;
}

/** Sums the squared row gradients of each of `wrt`. `rows` and a null result: as in `rowGradientParts`. */
export function rowGradientSquares(
  graph: GraphBuilder,
  derived: DifferentiatedRows,
  wrt: readonly Tensor[],
  rows: Dimension = "batch",
): RowGradientSquares | null {
  const parts = rowGradientParts(graph, derived, wrt, rows, "squares");
  const squares = parts && wrt.map((t, i) => squared(t, parts[i]!));
  if (!squares || squares.some((one) => one === null)) return null;
  return {
    squares: squares.map((one) => one ?? undefined),
    numbersPerRow: wrt.reduce((sum, t, i) => sum + heldOf(t, parts[i]), 0),
  };
}

/** Null: parts of several kinds cannot be summed per row. */
function squared(parameter: Tensor, parts: readonly PerRowGradient[]): Tensor | undefined | null {
  const [only, ...others] = parts;
  if (!only) return undefined;
  if (others.length === 0) return squaresOf(parameter, only);
  const whole = parts.map((part) => materializePerRowGradient(part));
  if (whole.some((one) => one === null)) return null;
  const sum = whole.reduce((a, b) => (a && b ? a.add(b) : null));
  return sum && sum.square().sum([0]);
}

function squaresOf(parameter: Tensor, part: PerRowGradient): Tensor | null {
  if (part.is === "whole") return part.d.square().sum([0]);
  if (part.is === "rows") return squaresOfRows(parameter, part);
  // The squares of a product of two vectors are the products of their squares.
  if (part.d.rank === 2) return part.d.graph.one(outer_product, [part.d.square(), part.x.square()]);
  const sizes = stripesOf(part);
  if (sizes.length === 1) return materializePerRowGradient(part)?.square().sum([0]) ?? null;
  const stripes = part.d.split(part.d.rank - 1, sizes);
  return part.d.graph.concat(
    stripes.map((d) => d.matmul(part.x, { transposeA: true }).square().sum([0])),
    0,
  );
}

/**
 * Numbers per row that are multiplied, squared and summed at a time, so that a batch's rows fit the processor's cache.
 */
const NEAR = 32_768;

/** Matrix rows computed at a time for a product over positions. */
function stripesOf({ d, x }: Extract<PerRowGradient, { is: "product" }>): readonly number[] {
  const [out, width] = [d.shape.at(-1), x.shape.at(-1)];
  if (typeof out !== "number" || typeof width !== "number") return [1];
  const each = Math.max(1, Math.floor(NEAR / width));
  return Array.from({ length: Math.ceil(out / each) }, (_, i) => Math.min(each, out - i * each));
}

function heldOf({ shape }: Tensor, parts: readonly PerRowGradient[] = []): number {
  const size = shape.reduce<number>((product, one) => product * (typeof one === "number" ? one : 1), 1);
  const apart = parts.filter(
    (part) => part.is === "whole" || (part.is === "product" && (part.d.rank > 2 || parts.length > 1)),
  );
  const [only, ...others] = apart;
  if (only?.is === "product" && others.length === 0 && parts.length === 1) return Math.min(size, NEAR);
  return apart.length * size;
}

/**
 * Squares for the rows of a table at `ids`. Gradients of an id that occurs several times in one row of the batch are
 * added before squaring; each occurrence then gets an equal part of the square.
 */
function squaresOfRows(table: Tensor, { ids, d }: Extract<PerRowGradient, { is: "rows" }>): Tensor | null {
  const lead = ids.shape.slice(0, -1);
  const places = ids.shape.at(-1) ?? 1;
  if (d.rank !== 3 || ids.rank > 2) return null;
  const same = ids
    .reshape([...lead, places, 1])
    .equal(ids.reshape([...lead, 1, places]))
    .cast(d.dtype);
  const each = same
    .matmul(d)
    .square()
    .divide(same.sum([ids.rank], true));
  const summed = ids.rank === 1 ? each.sum([0]) : each;
  return table.graph.one(scatter_rows, [ids, summed], { rows: table.shape[0] ?? 1 });
}
