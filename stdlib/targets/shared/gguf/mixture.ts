/** Chooses the format of each tensor, like llama.cpp's converter and llama-quantize without an importance matrix. */
import { q4_kFormat, q6_kFormat } from "./k-rounding.js";
import {
  bf16Format,
  f16Format,
  f32Format,
  q4_0Format,
  q4_1Format,
  q5_0Format,
  q5_1Format,
  q8_0Format,
  type GgufTensorFormat,
} from "./rounding.js";

export const QUANTIZATION_TYPES = [
  "f32",
  "f16",
  "bf16",
  "q8_0",
  "q5_1",
  "q5_0",
  "q4_1",
  "q4_0",
  "q4_k",
  "q6_k",
] as const;
export type QuantizationType = (typeof QUANTIZATION_TYPES)[number];

/** `number`: llama.cpp's general.file_type; q4_k is its Q4_K_M. */
const KINDS: Readonly<Record<QuantizationType, { readonly usual: GgufTensorFormat; readonly number: number }>> = {
  f32: { usual: f32Format, number: 0 },
  f16: { usual: f16Format, number: 1 },
  bf16: { usual: bf16Format, number: 32 },
  q8_0: { usual: q8_0Format, number: 7 },
  q5_1: { usual: q5_1Format, number: 9 },
  q5_0: { usual: q5_0Format, number: 8 },
  q4_1: { usual: q4_1Format, number: 3 },
  q4_0: { usual: q4_0Format, number: 2 },
  q4_k: { usual: q4_kFormat, number: 15 },
  q6_k: { usual: q6_kFormat, number: 18 },
};

export function ggufFileType(quantize: QuantizationType): number {
  return KINDS[quantize].number;
}

/** Whether weights have fewer bits than half precision. */
export function isQuantizedType(quantize: QuantizationType): boolean {
  return KINDS[quantize].usual.elements > 1;
}

/** `shape`: in the file. `tied`: the embedding is also the head. */
export function tensorFormatOf(
  name: string,
  shape: readonly number[],
  options: { readonly quantize: QuantizationType; readonly tied: boolean; readonly layers: number },
): GgufTensorFormat {
  const { usual } = KINDS[options.quantize];
  if (shape.length < 2 || name.endsWith("_norm.weight") || !name.endsWith("weight")) return f32Format;
  if (name === "position_embd.weight") return f32Format;
  if (usual.elements === 1) return usual;
  const width = shape.at(-1) ?? 1;
  return fitting(width, chosen(name, width, usual, options));
}

function chosen(
  name: string,
  width: number,
  usual: GgufTensorFormat,
  options: { readonly quantize: QuantizationType; readonly tied: boolean; readonly layers: number },
): GgufTensorFormat {
  if (name === "output.weight" || (options.tied && name === "token_embd.weight")) {
    if (width % usual.elements) return q8_0Format;
    return usual === q8_0Format ? q8_0Format : q6_kFormat;
  }
  const [, block, part] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name) ?? [];
  const sensitive = part === "attn_v" || part === "attn_qkv" || part === "ffn_down";
  return options.quantize === "q4_k" && sensitive && moreBits(Number(block), options.layers) ? q6_kFormat : usual;
}

/** The first eighth of the layers, the last eighth, and every third between get more bits. */
function moreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

/** Rows that don't fill complete blocks use a format with smaller blocks, or half precision. */
function fitting(width: number, wanted: GgufTensorFormat): GgufTensorFormat {
  if (width % wanted.elements === 0) return wanted;
  const smaller = wanted === q4_kFormat ? q5_0Format : wanted === q6_kFormat ? q8_0Format : wanted;
  return width % smaller.elements === 0 ? smaller : f16Format;
}
