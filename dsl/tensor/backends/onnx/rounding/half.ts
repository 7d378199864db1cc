/**
 * Weights and products in half precision: a product's inputs are rounded, and its outputs converted to f32. Sums, norms
 * and the softmax are exact, and nothing overflows. Table rows are looked up as float16.
 */
import { toFloat16 } from "#dsl/tensor/numbers/halves.js";
import { ONNX_TYPES } from "../proto.js";
import type { StandaloneGraph, LazyWeight } from "../standalone.js";
import {
  bytesOfView,
  readFloats,
  roundGraph,
  type TableLookup,
  type RoundingContext,
  type WeightProduct,
} from "./rewrite.js";

export function roundGraphToFloat16(graph: StandaloneGraph): StandaloneGraph {
  return roundGraph(graph, { product, lookup });
}

function cast(m: RoundingContext, x: string, to: "f16" | "f32"): string {
  return m.graph.node("Cast", [x], { attributes: { to: { int: ONNX_TYPES[to] } } });
}

function product(m: RoundingContext, p: WeightProduct): string {
  const { attributes } = p.node;
  const y = m.graph.node("Gemm", [cast(m, p.x, "f16"), halves(m, p.weight)], { attributes });
  const whole = cast(m, y, "f32");
  return p.bias === undefined ? whole : m.graph.node("Add", [whole, p.bias]);
}
function lookup(m: RoundingContext, l: TableLookup): string {
  return cast(m, m.graph.node("Gather", [halves(m, l.table), l.indices]), "f32");
}
function halves(m: RoundingContext, weight: LazyWeight): string {
  const { name, shape } = weight;
  return m.weight({
    name: `${name}/halves`,
    type: "f16",
    shape,
    bytes: async () => bytesOfView(toFloat16((await readFloats(weight)).map(within))),
  });
}
/** Clamps to the range of half precision. */
function within(x: number): number {
  return Math.max(-65504, Math.min(65504, x));
}
