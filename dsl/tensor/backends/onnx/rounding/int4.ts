/**
 * Product weights in 4 bits, with a scale per block of 32 inputs (ONNX Runtime's MatMulNBits, which its browser and GPU
 * builds support too); activations are unchanged. Tables use a byte per number, since only few rows are read. A weight
 * stays unrounded if it is small or its inputs are no multiple of a block.
 */
import { INT4_BLOCK, quantizeToInt4, fitsInt4, type Int4Codes } from "#dsl/tensor/numbers/rounding.js";
import { MICROSOFT_DOMAIN } from "../proto.js";
import type { StandaloneGraph, LazyWeight } from "../standalone.js";
import { lookupInRoundedTable } from "./int8.js";
import {
  bytesOfView,
  readFloats,
  memoizeForUses,
  roundGraph,
  type RoundingContext,
  type WeightProduct,
} from "./rewrite.js";

export function roundToInt4(graph: StandaloneGraph): StandaloneGraph {
  return roundGraph(graph, { product, lookup: lookupInRoundedTable });
}

function product(m: RoundingContext, p: WeightProduct): string | undefined {
  if (!fitsInt4(p)) return undefined;
  const blocks = p.in / INT4_BLOCK;
  const made = memoizeForUses(2, async (): Promise<Int4Codes> => quantizeToInt4(await readFloats(p.weight), p));
  const inputs = [
    ...[
      p.x,
      m.weight(part(p.weight, "fours", "u8", [p.out, blocks, INT4_BLOCK / 2], async () => (await made()).codes)),
    ],
    m.weight(
      part(p.weight, "scales of fours", "f32", [p.out * blocks], async () => bytesOfView((await made()).scales)),
    ),
  ];
  const y = m.graph.node("MatMulNBits", inputs, {
    domain: MICROSOFT_DOMAIN,
    attributes: {
      K: { int: p.in },
      N: { int: p.out },
      bits: { int: 4 },
      block_size: { int: INT4_BLOCK },
      // Activations may be rounded to bytes within the product, block by block, where that is faster.
      accuracy_level: { int: 4 },
    },
  });
  return p.bias === undefined ? y : m.graph.node("Add", [y, p.bias]);
}

function part(
  { name }: LazyWeight,
  what: string,
  type: LazyWeight["type"],
  shape: readonly number[],
  bytes: LazyWeight["bytes"],
): LazyWeight {
  return { name: `${name}/${what}`, type, shape, bytes };
}
