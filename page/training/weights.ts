/**
 * Given weights: their header is read at once, and their shapes are compared with the base's before anything is opened.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { parseSafetensorsHeader, headerTextLength, type SafetensorsHeader } from "#kernel/tensors/layout.js";
import type { GivenWeightsStatus } from "./protocol.js";

/** A base's weights: in memory as given, or a file stored for the next time. `why`: why they are not stored. */
export interface GivenBaseWeights {
  readonly from: Uint8Array | File;
  readonly header: SafetensorsHeader;
  readonly why: string | null;
}
export const areWeightsInMemory = ({ from }: GivenBaseWeights): boolean => !(from instanceof File);

/** Describes given weights for the window. */
export function givenWeightsStatus(base: string, { from, why }: GivenBaseWeights): GivenWeightsStatus {
  const file = from instanceof File;
  return { base, bytes: file ? from.size : from.length, kept: file, why };
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Refuses files that cannot be safetensors by their name, without opening them. Throws the coded error `base-pickled`.
 */
export function demandSafetensors(path: string): void {
  if (path.endsWith(".safetensors")) return;
  const slash = path.lastIndexOf("/") + 1;
  throw new CodedError("base-pickled", {
    place: path.slice(0, slash).replace(/\/$/, "") || path,
    file: path.slice(slash),
  });
}

/** Throws the coded errors `weights-truncated` and `weights-malformed`. */
export async function safetensorsHeaderOf(path: string, from: Blob): Promise<SafetensorsHeader> {
  const read = async (start: number, end: number) => new Uint8Array(await from.slice(start, end).arrayBuffer());
  const length = headerTextLength(path, await read(0, 8), from.size);
  return parseSafetensorsHeader(path, await read(8, 8 + length), from.size);
}

/**
 * Throws the coded errors `tensor-shape` and `missing-tensor`.
 * @param shapes shapes of the base, from its config.json
 */
export function demandFittingTensors(file: string, { tensors }: SafetensorsHeader, shapes: Shapes): void {
  // A file may name the tensors of the body alone, or of a body within a model.
  const bodies = Object.keys(tensors);
  const inFile = (name: string): string | undefined =>
    Object.hasOwn(tensors, name)
      ? name
      : bodies.find((bodyName) => bodyName.endsWith(`.${name}`) || name.endsWith(`.${bodyName}`));
  let found = 0;
  for (const [name, expected] of Object.entries(shapes)) {
    const tensorName = inFile(name);
    if (tensorName === undefined) continue;
    found += 1;
    const got = tensors[tensorName]!.shape;
    const sizes = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
    if (sizes(got) !== sizes(expected))
      throw new CodedError("tensor-shape", { name, file, expected: sizes(expected), got: sizes(got) });
  }
  const [first] = Object.keys(shapes);
  if (found === 0 && first !== undefined)
    throw new CodedError("missing-tensor", { name: first, files: [file], nearest: null });
}
