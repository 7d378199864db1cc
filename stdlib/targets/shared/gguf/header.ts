/**
 * The header of a GGUF file (version 3): metadata, then name, shape, format and offset of each tensor. The tensors'
 * bytes follow, each aligned to 32. All numbers are little-endian.
 */
export const GGUF_ALIGNMENT = 32;

/** A metadata value with its GGUF type, which distinguishes the number types. */
export type GgufMetadataValue =
  | { readonly is: "u32" | "i32" | "f32"; readonly value: number }
  | { readonly is: "bool"; readonly value: boolean }
  | { readonly is: "text"; readonly value: string }
  | { readonly is: "i32s" | "f32s"; readonly value: readonly number[] }
  | { readonly is: "bools"; readonly value: readonly boolean[] }
  | { readonly is: "texts"; readonly value: readonly string[] };
export type GgufMetadata = Readonly<Record<string, GgufMetadataValue>>;

export const u32Value = (value: number): GgufMetadataValue => ({ is: "u32", value });
export const f32Value = (value: number): GgufMetadataValue => ({ is: "f32", value });
export const boolValue = (value: boolean): GgufMetadataValue => ({ is: "bool", value });
export const textValue = (value: string): GgufMetadataValue => ({ is: "text", value });
export const textsValue = (value: readonly string[]): GgufMetadataValue => ({ is: "texts", value });
export const i32sValue = (value: readonly number[]): GgufMetadataValue => ({ is: "i32s", value });
export const f32sValue = (value: readonly number[]): GgufMetadataValue => ({ is: "f32s", value });
export const boolsValue = (value: readonly boolean[]): GgufMetadataValue => ({ is: "bools", value });

export interface GgufTensorHeader {
  readonly name: string;
  /** As in PyTorch: elements of the last dimension are contiguous. */
  readonly shape: readonly number[];
  /** ggml's number of the format. */
  readonly type: number;
  readonly bytes: number;
}

/** Returns the number of padding bytes up to the next multiple of the alignment. */
export function alignmentPadding(length: number): number {
  return (GGUF_ALIGNMENT - (length % GGUF_ALIGNMENT)) % GGUF_ALIGNMENT;
}

/** Tensors must be in the order in which their bytes follow. */
export function ggufHeaderBytes(metadata: GgufMetadata, tensors: readonly GgufTensorHeader[]): Uint8Array {
  const out = new Bytes();
  out.raw(new TextEncoder().encode("GGUF"));
  out.u32(3);
  out.u64(tensors.length);
  const entries = Object.entries(metadata);
  out.u64(entries.length);
  for (const [key, value] of entries) {
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
    offset += bytes + alignmentPadding(bytes);
  }
  out.raw(new Uint8Array(alignmentPadding(out.length)));
  return out.whole();
}

const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8 } as const;
const LIST = 9;

function write(out: Bytes, metadataValue: GgufMetadataValue): void {
  switch (metadataValue.is) {
    case "text":
      out.u32(TYPES.text);
      return out.text(metadataValue.value);
    case "bool":
      out.u32(TYPES.bool);
      return out.raw(Uint8Array.of(metadataValue.value ? 1 : 0));
    case "texts":
      list(out, TYPES.text, metadataValue.value.length);
      return metadataValue.value.forEach((one) => out.text(one));
    case "bools":
      list(out, TYPES.bool, metadataValue.value.length);
      return out.raw(Uint8Array.from(metadataValue.value, Number));
    case "i32s":
      list(out, TYPES.i32, metadataValue.value.length);
      return out.numbers(Int32Array.from(metadataValue.value));
    case "f32s":
      list(out, TYPES.f32, metadataValue.value.length);
      return out.numbers(Float32Array.from(metadataValue.value));
    case "u32":
      out.u32(TYPES.u32);
      return out.u32(metadataValue.value);
    case "i32":
      out.u32(TYPES.i32);
      return out.numbers(Int32Array.of(metadataValue.value));
    case "f32":
      out.u32(TYPES.f32);
      return out.numbers(Float32Array.of(metadataValue.value));
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
  /** Requires a little-endian machine, like all that run Node. */
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
