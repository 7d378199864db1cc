/**
 * Weights in half precision, and products in it: what goes into a product is rounded, what comes out of it is made f32 again,
 * so that sums, norms and the softmax stay exact and nothing overflows. Rows of tables are looked up as halves.
 */
import { toHalves } from "#dsl/tensor/numbers/halves.js";
import { TYPES } from "../proto.js";
import type { StandaloneGraph, Weight } from "../standalone.js";
import { bytesIn, floatsIn, rounded, type Lookup, type Making, type Product } from "./rewrite.js";

export function roundedToHalves(graph: StandaloneGraph): StandaloneGraph {
  return rounded(graph, { product, lookup });
}

function cast(m: Making, x: string, to: "f16" | "f32"): string {
  return m.graph.node("Cast", [x], { attributes: { to: { int: TYPES[to] } } });
}

function product(m: Making, p: Product): string {
  const { attributes } = p.node;
  const y = m.graph.node("Gemm", [cast(m, p.x, "f16"), halves(m, p.weight)], { attributes });
  const whole = cast(m, y, "f32");
  return p.bias === undefined ? whole : m.graph.node("Add", [whole, p.bias]);
}
function lookup(m: Making, l: Lookup): string {
  return cast(m, m.graph.node("Gather", [halves(m, l.table), l.indices]), "f32");
}
function halves(m: Making, weight: Weight): string {
  const { name, shape } = weight;
  return m.weight({
    name: `${name}/halves`,
    type: "f16",
    shape,
    bytes: async () => bytesIn(toHalves((await floatsIn(weight)).map(within))),
  });
}
/** What half precision can't hold is as large as it can. */
function within(x: number): number {
  return Math.max(-65504, Math.min(65504, x));
}
