/** Yields the bytes of a GGUF file in pieces, with only one tensor in memory at a time. */
import { nextEventLoopTurn } from "#platform/turn.js";
import type { GgufModel } from "./gguf-model.js";
import { ggufHeaderBytes, alignmentPadding } from "./header.js";
import { encodeTensor } from "./rounding.js";

/** Elements quantized per piece; a multiple of every format's block. */
const PIECE = 1 << 18;

export async function* ggufBytes({ metadata, tensors }: GgufModel): AsyncGenerator<Uint8Array, void, void> {
  const sizes = tensors.map(({ shape, format }) => {
    const elements = shape.reduce((n, d) => n * d, 1);
    return (elements / format.elements) * format.bytes;
  });
  yield ggufHeaderBytes(
    metadata,
    tensors.map(({ name, shape, format }, i) => ({ name, shape, type: format.number, bytes: sizes[i] ?? 0 })),
  );
  for (const [i, { format, elements }] of tensors.entries()) {
    const data = await elements();
    for (let start = 0; start < data.length; start += PIECE) {
      yield encodeTensor(data.subarray(start, start + PIECE), format);
      await nextEventLoopTurn();
    }
    const fill = alignmentPadding(sizes[i] ?? 0);
    if (fill > 0) yield new Uint8Array(fill);
  }
}
