/**
 * Quantized weights in a safetensors file: integers with scales (`dsl/tensor/numbers/rounding.ts`). The codes have the
 * weight's name, the scales are stored next to them, and the file's metadata list these tensors. Readers get the
 * dequantized f32 numbers, and headers show the weight's own shape.
 */
import { bytesOfArray, toFloat32Array } from "./numbers.js";
import * as v from "valibot";
import type { NDArray } from "#dsl/tensor/program.js";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  INT4_BLOCK,
  productWeightShapeOf,
  dequantizeMatrix,
  roundMatrix,
  type RoundedMatrix,
  type RoundingForm,
} from "#dsl/tensor/numbers/rounding.js";
import { objectWith, parseJsonAs, schemaGuard, dictionaryOf } from "#kernel/fetch/json.js";
import type { QuantizedTensorPlace, TensorPlace, TensorToWrite } from "./tensor-place.js";

/** Metadata key of the quantized tensors. */
export const QUANTIZED_METADATA_KEY = "tunebook_rounded";
const SCALES = ".scales";

const isRoundedMap = schemaGuard<Readonly<Record<string, RoundingForm>>>(
  dictionaryOf<RoundingForm>(
    v.union([
      objectWith({ as: v.literal("int8"), lines: v.picklist(["rows", "columns"]), most: v.number() }),
      objectWith({ as: v.literal("int4"), turned: v.boolean() }),
    ]),
  ),
);

/** Returns the metadata of a file with these quantized tensors. */
export function quantizedTensorMetadata(all: Readonly<Record<string, RoundingForm>>): Readonly<Record<string, string>> {
  return { [QUANTIZED_METADATA_KEY]: JSON.stringify(all) };
}
/**
 * Returns the tensors that a weight is written as: quantized in the given form, or in f32.
 * @param read returns its f32 numbers; dequantized ones are quantized to the same integers again
 */
export function weightTensorsToWrite(
  name: string,
  shape: readonly number[],
  how: RoundingForm | undefined,
  read: () => NDArray,
): Readonly<Record<string, TensorToWrite>> {
  if (!how) return { [name]: { dtype: "f32", shape, bytes: () => read().bytes } };
  return quantizedTensorsToWrite(name, roundMatrix(toFloat32Array(read()), shape as readonly [number, number], how));
}
/** Returns the tensors that a quantized weight is written as. */
export function quantizedTensorsToWrite(
  name: string,
  { how, shape, codes, scales }: RoundedMatrix,
): Readonly<Record<string, TensorToWrite>> {
  if (how.as === "int8")
    return {
      [name]: { dtype: "i8", shape, bytes: bytesOfArray(codes) },
      [name + SCALES]: { dtype: "f32", shape: [scales.length], bytes: bytesOfArray(scales) },
    };
  const { out, in: into } = productWeightShapeOf(how, shape);
  return {
    [name]: { dtype: "u8", shape: [out, into / 2], bytes: bytesOfArray(codes) },
    [name + SCALES]: { dtype: "f32", shape: [out, into / INT4_BLOCK], bytes: bytesOfArray(scales) },
  };
}

/**
 * Returns a header's tensors as readers see them, with codes and scales combined.
 * @param malformed makes the error for an invalid header
 */
export function resolveTensorPlaces(
  tensors: Readonly<Record<string, TensorPlace>>,
  metadata: Readonly<Record<string, string>>,
  malformed: (why: string) => CodedError,
): Readonly<Record<string, TensorPlace>> {
  const text = metadata[QUANTIZED_METADATA_KEY];
  if (text === undefined) return tensors;
  const rounded = jsonOf(text);
  if (!isRoundedMap(rounded)) throw malformed("the description of its rounded weights cannot be read");
  const all: Record<string, TensorPlace> = { ...tensors };
  for (const [name, how] of Object.entries(rounded)) {
    const [codes, scales] = [tensors[name], tensors[name + SCALES]];
    const shape = codes && scales && shapeOf(how, codes, scales);
    if (!shape) throw malformed(`${name} has no codes and scales that fit each other`);
    all[name] = { ...codes, dtype: "F32", shape, rounded: { how, scales } };
    Reflect.deleteProperty(all, name + SCALES);
  }
  return all;
}

/** Returns the weight's own shape; null if codes and scales do not fit this form. */
function shapeOf(how: RoundingForm, codes: TensorPlace, scales: TensorPlace): readonly [number, number] | null {
  const [first, second] = codes.shape;
  if (codes.shape.length !== 2 || first === undefined || second === undefined || scales.dtype !== "F32") return null;
  if (how.as === "int8") {
    const lines = how.lines === "rows" ? first : second;
    const fit = codes.dtype === "I8" && scales.shape.length === 1 && scales.shape[0] === lines;
    return fit ? [first, second] : null;
  }
  const into = 2 * second;
  const fit =
    codes.dtype === "U8" && into % INT4_BLOCK === 0 && scales.shape.join() === [first, into / INT4_BLOCK].join();
  return fit ? (how.turned ? [first, into] : [into, first]) : null;
}

/** Returns the dequantized f32 numbers of a weight. `read` must return bytes at an address aligned for f32. */
export function readDequantizedWeight(
  place: Pick<TensorPlace, "shape" | "offset" | "bytes"> & { readonly rounded: QuantizedTensorPlace },
  read: (place: Pick<TensorPlace, "offset" | "bytes">) => Uint8Array,
): Uint8Array {
  const { how, scales } = place.rounded;
  const codes = read(place);
  const floats = read(scales);
  return bytesOfArray(
    dequantizeMatrix({
      how,
      shape: place.shape as readonly [number, number],
      codes: how.as === "int8" ? new Int8Array(codes.buffer, codes.byteOffset, codes.length) : codes,
      scales: new Float32Array(floats.buffer, floats.byteOffset, floats.length / 4),
    }),
  );
}

/** Returns the bytes that a tensor takes in its file. */
export function storedByteCount({ bytes, rounded }: TensorPlace): number {
  return bytes + (rounded?.scales.bytes ?? 0);
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonAs(text, v.unknown());
  } catch {
    return null;
  }
}
