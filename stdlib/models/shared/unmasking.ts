/**
 * Masked-language-model heads: a linear layer, its activation, a norm, and the word embeddings as the output layer,
 * with a separate bias. Families differ in the names, and MobileBERT extends its narrow embeddings.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../../layers/contract.js";
import type { UnmaskingHead } from "../kind.js";
import type { Activation } from "./config.js";

export interface FillMaskHeadShape {
  readonly size: number;
  readonly rows: number;
  readonly epsilon: number;
  readonly activation: Activation;
  /** Paths of the first layer (`dense`) and its norm. */
  readonly dense: string;
  readonly norm: string;
  /** Word embeddings, [rows, size]; null if `output` has its own weight. */
  readonly tied: Tensor | null;
  /** Path of the output layer. */
  readonly output: string;
  /** Path of the bias if it is shared under another name. With an untied output layer, that parameter is unused. */
  readonly bias?: string;
}

export function buildUnmaskingHead(head: LayerBuilder, options: FillMaskHeadShape): UnmaskingHead {
  const { size, rows, epsilon, activation, tied, output } = options;
  const apart = tied === null;
  if (apart && options.bias !== undefined) head.unused(options.bias, [rows], "zeros");
  const bias = apart ? `${output}.bias` : (options.bias ?? `${output}.bias`);
  return {
    transform: (x) =>
      head.norm(options.norm, head.linear(options.dense, x, { in: size, out: size, activation }), { size, epsilon }),
    weight: tied ?? head.parameter(`${output}.weight`, [rows, size]),
    bias: head.parameter(bias, [rows], "zeros"),
  };
}
