/**
 * Browser replacement for kernel/tensors/safetensors.ts: weights in memory. A base's weights are among the page's
 * files; written weights (checkpoints, an adapter) are in a separate map.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type * as node from "#kernel/tensors/safetensors.js";
import {
  tensorToArray,
  tensorContentOf,
  serializeHeader,
  parseSafetensorsHeader,
  headerTextLength,
  sortTensorsForWriting,
  type SafetensorsHeader,
} from "#kernel/tensors/layout.js";
import { readDequantizedWeight } from "#kernel/tensors/rounded.js";
import { disk } from "../../world/disk.js";

export { CHECKSUM_METADATA } from "#kernel/tensors/layout.js";

/** Written files by path. */
export const writtenFiles = new Map<string, Uint8Array>();

export const readHeader: typeof node.readHeader = (file) => headerFrom(file, bytesOf(file));

export const readTensor: typeof node.readTensor = (file, name, header, as) => {
  const bytes = bytesOf(file);
  const { tensors } = header ?? headerFrom(file, bytes);
  const place = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (!place) throw new CodedError("missing-tensor", { name, files: [file], nearest: null });
  const read = (of: { readonly offset: number; readonly bytes: number }) =>
    bytes.subarray(of.offset, of.offset + of.bytes);
  const { rounded } = place;
  return tensorToArray(file, rounded ? readDequantizedWeight({ ...place, rounded }, read) : read(place), place, as);
};

export const weightFiles: typeof node.weightFiles = (path) => {
  if (writtenFiles.has(path)) return [path];
  const file = `${path}/model.safetensors`;
  bytesOf(file);
  return [file];
};

/** Files in memory cannot be damaged. */
export const verifySafetensors: typeof node.verifySafetensors = () => undefined;

export const writeSafetensors: typeof node.writeSafetensors = (file, tensors, metadata = {}) => {
  const entries = sortTensorsForWriting(tensors);
  const { head, bytes } = serializeHeader(entries, metadata);
  const whole = new Uint8Array(head.length + bytes);
  whole.set(head);
  let offset = head.length;
  for (const [name, tensor] of entries) {
    const content = tensorContentOf(name, tensor);
    whole.set(content, offset);
    offset += content.length;
  }
  writtenFiles.set(file, whole);
};

function headerFrom(file: string, bytes: Uint8Array): SafetensorsHeader {
  const length = headerTextLength(file, bytes, bytes.length);
  return parseSafetensorsHeader(file, bytes.subarray(8, 8 + length), bytes.length);
}

function bytesOf(file: string): Uint8Array {
  const bytes = writtenFiles.get(file) ?? disk.find(file)?.bytes;
  if (!bytes) throw new CodedError("weights-missing", { file });
  return bytes;
}
