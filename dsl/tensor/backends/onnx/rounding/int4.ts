/**
 * Weights of products in half a byte, with a scale for each block of 32 along their inputs (ONNX Runtime's MatMulNBits, which its
 * builds for browsers and cards have too); activations stay as they are. Tables keep a byte for each number, as rows are few
 * where they are read. Where inputs are no multiple of a block, or a weight is small, it stays whole.
 */
import { BLOCK, foursOf, takesFours, type Fours } from "#dsl/tensor/numbers/rounding.js";
import { MICROSOFT } from "../proto.js";
import type { StandaloneGraph, Weight } from "../standalone.js";
import { lookup } from "./int8.js";
import { bytesIn, floatsIn, heldFor, rounded, type Making, type Product } from "./rewrite.js";

export function roundedToFours(graph: StandaloneGraph): StandaloneGraph {
  return rounded(graph, { product, lookup });
}

function product(m: Making, p: Product): string | undefined {
  if (!takesFours(p)) return undefined;
  const blocks = p.in / BLOCK;
  const made = heldFor(2, async (): Promise<Fours> => foursOf(await floatsIn(p.weight), p));
  const inputs = [
    ...[p.x, m.weight(part(p.weight, "fours", "u8", [p.out, blocks, BLOCK / 2], async () => (await made()).codes))],
    m.weight(part(p.weight, "scales of fours", "f32", [p.out * blocks], async () => bytesIn((await made()).scales))),
  ];
  const y = m.graph.node("MatMulNBits", inputs, {
    domain: MICROSOFT,
    attributes: {
      K: { int: p.in },
      N: { int: p.out },
      bits: { int: 4 },
      block_size: { int: BLOCK },
      // Activations may be rounded to bytes within the product, block by block, where that is quicker.
      accuracy_level: { int: 4 },
    },
  });
  return p.bias === undefined ? y : m.graph.node("Add", [y, p.bias]);
}

function part(
  { name }: Weight,
  what: string,
  type: Weight["type"],
  shape: readonly number[],
  bytes: Weight["bytes"],
): Weight {
  return { name: `${name}/${what}`, type, shape, bytes };
}
