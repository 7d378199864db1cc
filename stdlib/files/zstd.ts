/** Decompresses zstd data block by block. */
import { Decompress } from "fzstd";
import { readZstdBlocks } from "./zstd-blocks.js";

/**
 * Maximum bytes moved per decompressed byte, with an allowance for the first MiB. The decompressor moves its window
 * with each block, so a file of tiny blocks with a large window would take hours.
 */
const MOST_MOVED = { times: 2 ** 14, from: 2 ** 20 } as const;

export async function* decompressZstd(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  const decompress = new Decompress((bytes) => void waiting.push(bytes.slice()));
  const take = (): Uint8Array[] => {
    const taken = waiting;
    waiting = [];
    return taken;
  };
  let [moved, made] = [0, 0];
  for await (const { bytes, window } of readZstdBlocks(raw)) {
    moved += window;
    if (moved > MOST_MOVED.times * (MOST_MOVED.from + made))
      throw new Error("its blocks are far smaller than its window: unpack it with another program");
    decompress.push(bytes);
    for (const piece of take()) {
      made += piece.length;
      yield piece;
    }
  }
  decompress.push(new Uint8Array(0), true);
  yield* take();
}
