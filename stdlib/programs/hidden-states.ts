/** Records the hidden states of a body while its graph is built. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "../layers/contract.js";
import type { BlockStates, HiddenStates } from "../losses/loss-term.js";

/** Number of a block in the path of a parameter or layer. */
const BLOCK = /(?:^|\.)(?:layers?|h)\.(\d+)(?:\.|$)/;
const blockIn = (path: string): number | undefined => {
  const found = BLOCK.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
};

export class HiddenStateRecorder {
  private first: Tensor | undefined;
  private readonly hidden = new Map<number, Tensor>();
  private readonly attention = new Map<number, Omit<BlockStates, "hidden">>();

  /** Wraps the layers, so that this recorder sees their outputs. */
  readonly wrap = (layers: LayerBuilder): LayerBuilder => ({
    ...layers,
    // An object spread would evaluate the getter now.
    get outside() {
      return layers.outside;
    },
    norm: (path, x, options) => this.recordOutput(path, layers.norm(path, x, options)),
    block: (path, x, body) => {
      if (blockIn(path) !== undefined) this.first ??= x;
      return this.recordOutput(path, layers.block(path, x, body));
    },
    attention: (path, q, k, v, options) => {
      const block = blockIn(path);
      const { heads, keyValueHeads: keyHeads = heads, causal = false } = options;
      const scale = options.scale ?? 1 / Math.sqrt((q.shape.at(-1) as number) / heads);
      if (block !== undefined)
        this.attention.set(block, { queries: q, keys: k, values: v, heads, keyHeads, causal, scale });
      return layers.attention(path, q, k, v, options);
    },
  });

  /** Records the block output: the last output of a block's layers with the width of the block's input. */
  private recordOutput(path: string, y: Tensor): Tensor {
    const block = blockIn(path);
    const asWide = this.first && y.rank === this.first.rank && y.shape.at(-1) === this.first.shape.at(-1);
    if (block !== undefined && asWide) this.hidden.set(block, y);
    return y;
  }

  get states(): HiddenStates {
    const embeddings = mustExist(this.first, "the input of the first block");
    const blocks = [...this.hidden]
      .sort(([a], [b]) => a - b)
      .map(([block, hidden]) => ({ hidden, ...mustExist(this.attention.get(block), "attention of a block") }));
    return { embeddings, blocks, width: embeddings.shape.at(-1) as number };
  }
}

/** Returns the states with `each` applied to every tensor. */
export function mapRecordedStates(
  { embeddings, blocks, width }: HiddenStates,
  each: (x: Tensor) => Tensor,
): HiddenStates {
  const changed = blocks.map((block) => ({
    ...block,
    hidden: each(block.hidden),
    queries: each(block.queries),
    keys: each(block.keys),
    values: each(block.values),
  }));
  return { embeddings: each(embeddings), blocks: changed, width };
}
