/** Streams a safetensors file of f32 tensors; each tensor is read only when its bytes are due. */
import type { NDArray } from "#dsl/tensor/program.js";

export async function* safetensorsBytes(
  shapes: Readonly<Record<string, readonly number[]>>,
  read: (name: string) => Promise<NDArray>,
): AsyncGenerator<Uint8Array, void, void> {
  let offset = 0;
  const names = Object.keys(shapes).sort();
  const places = names.map((name) => {
    const shape = shapes[name] ?? [];
    const from = offset;
    offset += 4 * shape.reduce((n, d) => n * d, 1);
    return [name, { dtype: "F32", shape, data_offsets: [from, offset] }] as const;
  });
  const text = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(places) });
  const header = new TextEncoder().encode(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  yield length;
  yield header;
  for (const name of names) yield (await read(name)).bytes;
}
