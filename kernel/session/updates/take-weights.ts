/**
 * The weights that a stage begins with: those of the one before it, or of the model that is updated, and what strategies keep
 * of them. The head may have grown: labels keep their places, new ones begin as a new head does.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Session } from "../../engine/engine.js";
import { readHeader, readTensor } from "../../tensors/safetensors.js";
import "../../artifacts/codes.js";

export interface Taken {
  readonly file: string;
  /** Labels of its head. */
  readonly labels: readonly string[];
}

/** `carried`: the states that are taken. Coded errors of the file, and `tensor-shape`. */
export async function takeWeights(
  session: Pick<Session, "load" | "read" | "write">,
  carried: readonly string[],
  from: Taken,
  labels: readonly string[],
): Promise<void> {
  const { tensors } = readHeader(from.file);
  const there = carried.filter((name) => Object.hasOwn(tensors, name));
  const grown: string[] = [];
  const same: Record<string, string> = {};
  for (const name of there) {
    const had = tensors[name]?.shape ?? [];
    const [first, ...rest] = had;
    const mayGrow = labels.length > from.labels.length && first === from.labels.length && from.labels.length > 0;
    const has = mayGrow ? (await session.read(name)).shape : had;
    if (mayGrow && has[0] === labels.length && has.slice(1).join() === rest.join()) grown.push(name);
    else same[name] = name;
  }
  await session.load(from.file, same);
  for (const name of grown) await growTo(session, name, from, labels);
}

async function growTo(
  session: Pick<Session, "read" | "write">,
  name: string,
  from: Taken,
  labels: readonly string[],
): Promise<void> {
  const fresh = await session.read(name);
  const had = readTensor(from.file, name);
  const width = fresh.bytes.byteLength / labels.length;
  if (had.bytes.byteLength !== width * from.labels.length)
    throw new CodedError("internal", { what: `${name} has rows of another width than before` });
  const bytes = new Uint8Array(fresh.bytes);
  from.labels.forEach((label, i) => {
    const to = labels.indexOf(label);
    if (to >= 0) bytes.set(had.bytes.subarray(i * width, (i + 1) * width), to * width);
  });
  await session.write(name, { ...fresh, bytes });
}
