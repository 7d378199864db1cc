/**
 * The weights that a stage begins with: those of the one before it, or of the model that is updated, and what strategies keep
 * of them. The head may have grown: labels keep their places, new ones begin as a new head does.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { NDArray } from "#dsl/graph/program.js";
import type { Session } from "../../engine/engine.js";
import { readHeader, readTensor } from "../../tensors/safetensors.js";
import type { OpenModel } from "../models/open-model.js";
import "../../artifacts/codes.js";

export interface Taken {
  readonly file: string;
  /** Labels of its head. */
  readonly labels: readonly string[];
}
type Weights = Pick<Session, "load" | "read" | "write">;

/** Coded errors of the file, and `tensor-shape`. */
export async function takeWeights(
  { session, carried, strategies }: Pick<OpenModel, "carried" | "strategies"> & { readonly session: Weights },
  from: Taken,
  labels: readonly string[],
): Promise<void> {
  const { tensors } = readHeader(from.file);
  const grown: string[] = [];
  const same: Record<string, string> = {};
  for (const name of carried.filter((one) => Object.hasOwn(tensors, one))) {
    const had = tensors[name]?.shape ?? [];
    const [first, ...rest] = had;
    const mayGrow = labels.length > from.labels.length && first === from.labels.length && from.labels.length > 0;
    const has = mayGrow ? (await session.read(name)).shape : had;
    if (mayGrow && has[0] === labels.length && has.slice(1).join() === rest.join()) grown.push(name);
    else same[name] = name;
  }
  await session.load(from.file, same);
  const anchors = strategies.flatMap(({ implementation }) => implementation.anchors ?? []);
  const anchored = (name: string): string | undefined => anchors.find((prefix) => name.startsWith(prefix));
  // Weights before what is said of them: an anchor's new rows are where the new weights begin.
  for (const name of grown.toSorted((a, b) => Number(anchored(a) !== undefined) - Number(anchored(b) !== undefined))) {
    const prefix = anchored(name);
    const fresh = await session.read(prefix === undefined ? name : name.slice(prefix.length));
    await session.write(name, grownTo(fresh, name, from, labels));
  }
}

/** `fresh`, with the rows of labels that there were as they were. */
function grownTo(fresh: NDArray, name: string, from: Taken, labels: readonly string[]): NDArray {
  const had = readTensor(from.file, name);
  const width = fresh.bytes.byteLength / labels.length;
  if (had.bytes.byteLength !== width * from.labels.length)
    throw new CodedError("internal", { what: `${name} has rows of another width than before` });
  const bytes = new Uint8Array(fresh.bytes);
  from.labels.forEach((label, i) => {
    const to = labels.indexOf(label);
    if (to >= 0) bytes.set(had.bytes.subarray(i * width, (i + 1) * width), to * width);
  });
  return { ...fresh, bytes };
}
