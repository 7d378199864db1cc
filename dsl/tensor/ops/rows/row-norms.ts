/**
 * Clips each row's gradient over all parameters to a maximum norm and sums over the batch: Σ_r min(1, clip / ‖g_r‖) ·
 * g_r, where g_r is the gradient of row r's loss. Large per-row gradients are never computed: for a product d ⊗ x over
 * positions, the norm follows from d dᵀ and x xᵀ (ghost norms: Goodfellow 2015, arXiv
 * 1510.01799; Li et al. 2022, arXiv 2110.05679). The sum is the usual product, with d weighted by its row's factor
 * (book-keeping: Bu et al. 2023, arXiv 2210.00038). One backward pass suffices.
 */
import type { Dimension } from "../../program.js";
import { outer_product } from "../outer_product.js";
import { scatter_rows } from "../scatter_rows.js";
import type { GraphBuilder, Tensor } from "../../tensor.js";
import { materializePerRowGradient, type PerRowGradient } from "./row-part.js";
import { rowGradientParts, type DifferentiatedRows } from "./row-parts.js";

export interface ClippedRowGradients {
  /** [rows]: norm of each row's gradient before clipping. */
  readonly norms: Tensor;
  /** Clipped sums, each with its parameter's shape; undefined where the loss does not depend on it. */
  readonly sums: readonly (Tensor | undefined)[];
}

/**
 * Clips and sums the row gradients of each of `wrt`. `share` [rows]: factor that scales each row's loss to the row's
 * own (for a sum over tokens, 1 / number of tokens); defaults to 1. `rows` and a null result: as in `rowGradientParts`;
 * also null where parts of a parameter cannot be combined.
 */
export function clipRowGradients(
  graph: GraphBuilder,
  derived: DifferentiatedRows,
  wrt: readonly Tensor[],
  { clip, share }: { readonly clip: number; readonly share?: Tensor },
  rows: Dimension = "batch",
): ClippedRowGradients | null {
  const parts = rowGradientParts(graph, derived, wrt, rows, "clipped")?.map(added);
  const squares = parts?.flatMap((parameterParts) => squaresOf(parameterParts));
  if (!parts || !squares || squares.length === 0) return null;
  let sum: Tensor | null = squares[0] ?? null;
  for (const one of squares.slice(1)) sum = sum && one && sum.add(one);
  if (!sum) return null;
  const length = sum.maximum(0).sqrt();
  const norms = share ? length.multiply(share) : length;
  // clip / max(norm, clip) is min(1, clip / norm), for norm 0 too.
  const cut = norms.maximum(clip).power(-1).multiply(clip);
  const factor = share ? cut.multiply(share) : cut;
  const sums = wrt.map((t, i) =>
    parts[i]!.map((part) => summed(t, part, factor)).reduce<Tensor | undefined>((a, b) => a?.add(b) ?? b, undefined),
  );
  return { norms, sums };
}

/** Adds up the parts of kind "whole" into one. */
function added(parts: readonly PerRowGradient[]): readonly PerRowGradient[] {
  const whole = parts.filter((part) => part.is === "whole");
  if (whole.length < 2) return parts;
  const d = whole.map((part) => part.d).reduce((a, b) => a.add(b));
  return [{ is: "whole", d }, ...parts.filter((part) => part.is !== "whole")];
}

/** Summands of the squared norm [rows] of several parts' sum; null where one cannot be computed. */
function squaresOf(parts: readonly PerRowGradient[]): readonly (Tensor | null)[] {
  return parts.flatMap((one, i) =>
    parts.slice(0, i + 1).map((other, k) => (i === k ? square(one) : (inner(one, other)?.multiply(2) ?? null))),
  );
}

function square(part: PerRowGradient): Tensor | null {
  if (part.is === "whole") return overAll(part.d.square());
  if (part.is === "product" && part.d.rank === 2)
    return part.d
      .square()
      .sum([1])
      .multiply(part.x.square().sum([1]));
  if (part.is === "product" && isSmall(part)) return materializePerRowGradient(part)?.square().sum([1, 2]) ?? null;
  return inner(part, part);
}

/** Assumed sequence length in positions, as the real one is not yet known. */
const PLACES = 128;

/** Reports whether a row's gradient matrix costs less than the products between its positions. */
function isSmall({ d, x }: Extract<PerRowGradient, { is: "product" }>): boolean {
  const [m, n] = [d.shape.at(-1), x.shape.at(-1)];
  return typeof m === "number" && typeof n === "number" && m * n <= PLACES * (m + n);
}

/** [rows]: inner product of two parts per row; null if only computing both in full would give it. */
function inner(a: PerRowGradient, b: PerRowGradient): Tensor | null {
  if (a.is === "whole" && b.is === "whole") return overAll(a.d.multiply(b.d));
  if (a.is === "product" && b.is === "product") {
    const [one, other] = [overPlaces(a), overPlaces(b)];
    const along = one.d.matmul(other.d, { transposeB: true });
    return along.multiply(one.x.matmul(other.x, { transposeB: true })).sum([1, 2]);
  }
  if (a.is === "rows" && b.is === "rows") {
    const same = placesOf(a.ids, 1).equal(placesOf(b.ids, 0)).cast(a.d.dtype);
    return a.d.matmul(b.d, { transposeB: true }).multiply(same).sum([1, 2]);
  }
  if (a.is === "product" && b.is === "whole") return inner(b, a);
  if (a.is !== "whole" || b.is !== "product" || a.d.rank !== 3) return null;
  const { d, x } = overPlaces(b);
  return x.matmul(a.d, { transposeB: true }).multiply(d).sum([1, 2]);
}

const overAll = (t: Tensor): Tensor => (t.rank > 1 ? t.sum(t.shape.slice(1).map((_, axis) => axis + 1)) : t);

/** Adds a positions axis of size 1 where there is none. */
function overPlaces({ d, x }: Extract<PerRowGradient, { is: "product" }>): { readonly d: Tensor; readonly x: Tensor } {
  const placed = (t: Tensor): Tensor => (t.rank === 2 ? t.reshape([t.shape[0] ?? 1, 1, t.shape[1] ?? 1]) : t);
  return { d: placed(d), x: placed(x) };
}

/**
 * Reshapes ids [rows, positions], or [positions] shared by all, to [rows or 1, positions, 1] or, for axis 0,
 * [rows or 1, 1, positions].
 */
function placesOf(ids: Tensor, axis: 0 | 1): Tensor {
  const places = ids.shape.at(-1) ?? 1;
  const lead = ids.rank === 1 ? 1 : (ids.shape[0] ?? 1);
  return ids.reshape(axis === 1 ? [lead, places, 1] : [lead, 1, places]);
}

/** Sums a part over all rows, each weighted by its factor [rows]. */
function summed(parameter: Tensor, part: PerRowGradient, factor: Tensor): Tensor {
  const weighed = (t: Tensor): Tensor =>
    t.multiply(factor.reshape([t.shape[0] ?? 1, ...t.shape.slice(1).map(() => 1)]));
  if (part.is === "whole") return weighed(part.d).sum([0]);
  if (part.is === "product") {
    const { d, x } = part;
    const [m, n] = [d.shape.at(-1), x.shape.at(-1)];
    const narrow = typeof m === "number" && typeof n === "number" && m <= n;
    return d.graph.one(outer_product, narrow ? [weighed(d), x] : [d, weighed(x)]);
  }
  const d = part.ids.rank === 1 ? weighed(part.d).sum([0]) : weighed(part.d);
  return d.graph.one(scatter_rows, [part.ids, d], { rows: parameter.shape[0] ?? 1 });
}
