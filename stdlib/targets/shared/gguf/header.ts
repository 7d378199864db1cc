/**
 * What a GGUF file (version 3) begins with: metadata, then name, shape, format and place of each tensor; their bytes follow,
 * each at a multiple of 32. All numbers are little-endian.
 */
export const ALIGNMENT = 32;

/** A value of metadata as it lies in the file: its kind tells the numbers apart. */
export type Told =
  | { readonly is: "u32" | "i32" | "f32"; readonly value: number }
  | { readonly is: "bool"; readonly value: boolean }
  | { readonly is: "text"; readonly value: string }
  | { readonly is: "i32s" | "f32s"; readonly value: readonly number[] }
  | { readonly is: "bools"; readonly value: readonly boolean[] }
  | { readonly is: "texts"; readonly value: readonly string[] };
export type Metadata = Readonly<Record<string, Told>>;

export const u32 = (value: number): Told => ({ is: "u32", value });
export const f32 = (value: number): Told => ({ is: "f32", value });
export const bool = (value: boolean): Told => ({ is: "bool", value });
export const text = (value: string): Told => ({ is: "text", value });
export const texts = (value: readonly string[]): Told => ({ is: "texts", value });
export const i32s = (value: readonly number[]): Told => ({ is: "i32s", value });
export const f32s = (value: readonly number[]): Told => ({ is: "f32s", value });
export const bools = (value: readonly boolean[]): Told => ({ is: "bools", value });

export interface TensorHead {
  readonly name: string;
  /** As in PyTorch: the last dimension is the one whose elements lie side by side. */
  readonly shape: readonly number[];
  /** ggml's number of the format. */
  readonly type: number;
  readonly bytes: number;
}

/** Bytes that fill up to the next multiple of the alignment. */
export function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

/** Tensors in the order in which their bytes follow. */
export function headOf(metadata: Metadata, tensors: readonly TensorHead[]): Uint8Array {
  const out = new Bytes();
  out.raw(new TextEncoder().encode("GGUF"));
  out.u32(3);
  out.u64(tensors.length);
  const told = Object.entries(metadata);
  out.u64(told.length);
  for (const [key, value] of told) {
    out.text(key);
    write(out, value);
  }
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    out.text(name);
    out.u32(shape.length);
    for (const size of [...shape].reverse()) out.u64(size);
    out.u32(type);
    out.u64(offset);
    offset += bytes + padding(bytes);
  }
  out.raw(new Uint8Array(padding(out.length)));
  return out.whole();
}

const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8 } as const;
const LIST = 9;

function write(out: Bytes, told: Told): void {
  switch (told.is) {
    case "text":
      out.u32(TYPES.text);
      return out.text(told.value);
    case "bool":
      out.u32(TYPES.bool);
      return out.raw(Uint8Array.of(told.value ? 1 : 0));
    case "texts":
      list(out, TYPES.text, told.value.length);
      return told.value.forEach((one) => out.text(one));
    case "bools":
      list(out, TYPES.bool, told.value.length);
      return out.raw(Uint8Array.from(told.value, Number));
    case "i32s":
      list(out, TYPES.i32, told.value.length);
      return out.numbers(Int32Array.from(told.value));
    case "f32s":
      list(out, TYPES.f32, told.value.length);
      return out.numbers(Float32Array.from(told.value));
    case "u32":
      out.u32(TYPES.u32);
      return out.u32(told.value);
    case "i32":
      out.u32(TYPES.i32);
      return out.numbers(Int32Array.of(told.value));
    case "f32":
      out.u32(TYPES.f32);
      return out.numbers(Float32Array.of(told.value));
  }
}

function list(out: Bytes, type: number, length: number): void {
  out.u32(LIST);
  out.u32(type);
  out.u64(length);
}

class Bytes {
  private buffer = new Uint8Array(1 << 16);
  length = 0;
  raw(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.buffer.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }
  u32(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.raw(bytes);
  }
  u64(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.raw(bytes);
  }
  /** On machines that have the least byte first, as all do that run Node. */
  numbers(values: Int32Array | Float32Array): void {
    this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.raw(bytes);
  }
  whole(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}
