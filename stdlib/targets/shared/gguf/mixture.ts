/** Which format each tensor is written in: as llama.cpp's converter and llama-quantize choose, without an importance matrix. */
import { q4_k, q6_k } from "./k-rounding.js";
import { bf16, f16, f32, q4_0, q4_1, q5_0, q5_1, q8_0, type Rounding } from "./rounding.js";

export const QUANTIZE = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "q4_k", "q6_k"] as const;
export type Quantize = (typeof QUANTIZE)[number];

/** `number`: llama.cpp's own of the file's kind (general.file_type); q4_k is its Q4_K_M. */
const KINDS: Readonly<Record<Quantize, { readonly usual: Rounding; readonly number: number }>> = {
  f32: { usual: f32, number: 0 },
  f16: { usual: f16, number: 1 },
  bf16: { usual: bf16, number: 32 },
  q8_0: { usual: q8_0, number: 7 },
  q5_1: { usual: q5_1, number: 9 },
  q5_0: { usual: q5_0, number: 8 },
  q4_1: { usual: q4_1, number: 3 },
  q4_0: { usual: q4_0, number: 2 },
  q4_k: { usual: q4_k, number: 15 },
  q6_k: { usual: q6_k, number: 18 },
};

export function fileType(quantize: Quantize): number {
  return KINDS[quantize].number;
}

/** Weights rounded to fewer bits than a half has. */
export function isQuantised(quantize: Quantize): boolean {
  return KINDS[quantize].usual.elements > 1;
}

/** `shape`: of the tensor as it lies in the file. `tied`: the embedding is the head too. */
export function formatOf(
  name: string,
  shape: readonly number[],
  o: { readonly quantize: Quantize; readonly tied: boolean; readonly layers: number },
): Rounding {
  const { usual } = KINDS[o.quantize];
  if (shape.length < 2 || name.endsWith("_norm.weight") || !name.endsWith("weight")) return f32;
  if (name === "position_embd.weight") return f32;
  if (usual.elements === 1) return usual;
  const width = shape.at(-1) ?? 1;
  return fitting(width, chosen(name, width, usual, o));
}

function chosen(
  name: string,
  width: number,
  usual: Rounding,
  o: { readonly quantize: Quantize; readonly tied: boolean; readonly layers: number },
): Rounding {
  if (name === "output.weight" || (o.tied && name === "token_embd.weight")) {
    if (width % usual.elements) return q8_0;
    return usual === q8_0 ? q8_0 : q6_k;
  }
  const [, block, part] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name) ?? [];
  const sensitive = part === "attn_v" || part === "attn_qkv" || part === "ffn_down";
  return o.quantize === "q4_k" && sensitive && moreBits(Number(block), o.layers) ? q6_k : usual;
}

/** The first eighth of the layers, the last, and every third between. */
function moreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

/** Rows that are no whole blocks take smaller blocks, or halves. */
function fitting(width: number, wanted: Rounding): Rounding {
  if (width % wanted.elements === 0) return wanted;
  const smaller = wanted === q4_k ? q5_0 : wanted === q6_k ? q8_0 : wanted;
  return width % smaller.elements === 0 ? smaller : f16;
}
