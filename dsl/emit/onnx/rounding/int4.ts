/**
 * Weights of products in half a byte, with a scale for each block of 32 along their inputs (ONNX Runtime's MatMulNBits, which its
 * builds for browsers and cards have too); activations stay as they are. Tables keep a byte for each number, as rows are few
 * where they are read. Where inputs are no multiple of a block, or a weight is small, it stays whole.
 */
import { MICROSOFT } from "../proto.js";
import type { StandaloneGraph, Weight } from "../standalone.js";
import { lookup } from "./int8.js";
import { bytesIn, floatsIn, rounded, type Making, type Product } from "./rewrite.js";

const BLOCK = 32;
/** Below it a weight of half a byte saves nothing that counts. */
const LEAST = 16 * BLOCK;

export function roundedToFours(graph: StandaloneGraph): StandaloneGraph {
  return rounded(graph, { product, lookup });
}

function product(m: Making, p: Product): string | undefined {
  if (p.in % BLOCK || p.in * p.out < LEAST) return undefined;
  const blocks = p.in / BLOCK;
  const made = async (): Promise<Fours> => foursOf(await floatsIn(p.weight), p);
  const inputs = [
    ...[p.x, m.weight(part(p.weight, "fours", "u8", [p.out, blocks, BLOCK / 2], async () => (await made()).codes))],
    m.weight(part(p.weight, "scales of fours", "f32", [p.out * blocks], async () => bytesIn((await made()).scales))),
  ];
  const y = m.graph.node("MatMulNBits", inputs, {
    domain: MICROSOFT,
    attributes: {
      ...{ K: { int: p.in }, N: { int: p.out }, bits: { int: 4 }, block_size: { int: BLOCK } },
      // Activations are rounded to bytes within the product where that is quicker: 4; 0 would leave it open.
      accuracy_level: { int: 1 },
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

interface Fours {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
}
/** Codes 0 … 15 stand for (code − 8) · scale; the number of the greatest size in a block becomes −8 or 7 exactly. */
function foursOf(x: Float32Array, p: Product): Fours {
  const blocks = p.in / BLOCK;
  const codes = new Uint8Array((p.out * p.in) / 2);
  const scales = new Float32Array(p.out * blocks);
  const place = p.turned ? (row: number, at: number) => row * p.in + at : (row: number, at: number) => at * p.out + row;
  for (let row = 0; row < p.out; row++)
    for (let block = 0; block < blocks; block++) {
      const from = block * BLOCK;
      let furthest = 0;
      for (let i = 0; i < BLOCK; i++) {
        const value = x[place(row, from + i)]!;
        if (Math.abs(value) > Math.abs(furthest)) furthest = value;
      }
      const scale = furthest / -8;
      scales[row * blocks + block] = scale;
      const by = scale === 0 ? 0 : 1 / scale;
      const at = (row * blocks + block) * (BLOCK / 2);
      for (let i = 0; i < BLOCK; i++) {
        const code = Math.max(0, Math.min(15, Math.round(x[place(row, from + i)]! * by) + 8));
        codes[at + (i >> 1)]! |= i % 2 === 0 ? code : code << 4;
      }
    }
  return { codes, scales };
}
