/**
 * Weights of products in half a byte, with a scale for each block of 32 along their inputs (ONNX Runtime's MatMulNBits, which its
 * builds for browsers and cards have too); activations stay as they are. Tables keep a byte for each number, as rows are few
 * where they are read. Where inputs are no multiple of a block, or a weight is small, it stays whole.
 */
import { MICROSOFT } from "../proto.js";
import type { StandaloneGraph, Weight } from "../standalone.js";
import { lookup } from "./int8.js";
import { bytesIn, floatsIn, heldFor, rounded, type Making, type Product } from "./rewrite.js";

const BLOCK = 32;
/** Below it a weight of half a byte saves nothing that counts. */
const LEAST = 16 * BLOCK;

export function roundedToFours(graph: StandaloneGraph): StandaloneGraph {
  return rounded(graph, { product, lookup });
}

function product(m: Making, p: Product): string | undefined {
  if (p.in % BLOCK || p.in * p.out < LEAST) return undefined;
  const blocks = p.in / BLOCK;
  const made = heldFor(2, async (): Promise<Fours> => foursOf(await floatsIn(p.weight), p));
  const inputs = [
    ...[p.x, m.weight(part(p.weight, "fours", "u8", [p.out, blocks, BLOCK / 2], async () => (await made()).codes))],
    m.weight(part(p.weight, "scales of fours", "f32", [p.out * blocks], async () => bytesIn((await made()).scales))),
  ];
  const y = m.graph.node("MatMulNBits", inputs, {
    domain: MICROSOFT,
    attributes: {
      ...{ K: { int: p.in }, N: { int: p.out }, bits: { int: 4 }, block_size: { int: BLOCK } },
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

interface Fours {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
}
/** Shares of the scale that takes the number of the greatest size in a block exactly; of these the one that errs least is taken. */
const SHARES = [1, 0.94, 0.88, 0.82];

/** Codes 0 … 15 stand for (code − 8) · scale. */
function foursOf(x: Float32Array, p: Product): Fours {
  const blocks = p.in / BLOCK;
  const codes = new Uint8Array((p.out * p.in) / 2);
  const scales = new Float32Array(p.out * blocks);
  const [step, row] = p.turned ? [1, p.in] : [p.out, 1];
  const block = new Float32Array(BLOCK);
  for (let out = 0, number = 0; out < p.out; out++)
    for (let at = 0; at < blocks; at++, number++) {
      const from = out * row + at * BLOCK * step;
      let furthest = 0;
      for (let i = 0; i < BLOCK; i++) {
        const value = (block[i] = x[from + i * step]!);
        if (Math.abs(value) > Math.abs(furthest)) furthest = value;
      }
      const scale = furthest === 0 ? 0 : bestScale(block, furthest / -8);
      scales[number] = scale;
      const by = scale === 0 ? 0 : 1 / scale;
      const place = (number * BLOCK) / 2;
      for (let i = 0; i < BLOCK; i++) codes[place + (i >> 1)]! |= codeOf(block[i]! * by) << (i % 2 === 0 ? 0 : 4);
    }
  return { codes, scales };
}
function codeOf(x: number): number {
  const code = Math.round(x) + 8;
  return code < 0 ? 0 : code > 15 ? 15 : code;
}
function bestScale(block: Float32Array, most: number): number {
  let [best, least] = [most, Infinity];
  for (const share of SHARES) {
    const scale = Math.fround(most * share);
    const by = 1 / scale;
    let error = 0;
    for (let i = 0; i < BLOCK; i++) {
      const gap = block[i]! - (codeOf(block[i]! * by) - 8) * scale;
      error += gap * gap;
    }
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}
