/** Sizes of one attention's heads, needed by every engine's form of it. */
import type { InferAttributes } from "#dsl/tensor/attributes.js";
import type { ATTENTION_ATTRIBUTES } from "#dsl/tensor/ops/shared/heads.js";
import { withAttentionDefaults, type AttentionAttributes } from "#dsl/tensor/ops/shared/heads.js";
import type { Dimension, DType, Ref, Type } from "#dsl/tensor/program.js";

export class AttentionHeadSizes<L extends { typeOf(ref: Ref): Type }> {
  readonly a: AttentionAttributes;
  /** Number of query heads that share a key-value head. */
  readonly group: number;
  readonly batch: Dimension;
  readonly length: Dimension;
  readonly keys: Dimension;
  /** Size of one head. */
  readonly size: number;
  readonly dtype: DType;
  constructor(
    readonly l: L,
    node: { readonly attributes: InferAttributes<typeof ATTENTION_ATTRIBUTES> },
    q: Ref,
    k: Ref,
  ) {
    this.a = withAttentionDefaults(node.attributes);
    this.group = this.a.heads / this.a.key_value_heads;
    const { shape, dtype } = l.typeOf(q);
    const [batch, length, width] = shape;
    this.dtype = dtype;
    this.batch = batch!;
    this.length = length!;
    this.keys = l.typeOf(k).shape[1]!;
    this.size = (width as number) / this.a.heads;
  }
}
