/** What zstd packed, piece by piece. */
import { Decompress } from "fzstd";

export async function* zstd(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  const decompress = new Decompress((bytes) => void waiting.push(bytes.slice()));
  const take = (): Uint8Array[] => {
    const taken = waiting;
    waiting = [];
    return taken;
  };
  for await (const piece of raw) {
    decompress.push(Uint8Array.from(piece));
    yield* take();
  }
  decompress.push(new Uint8Array(0), true);
  yield* take();
}
