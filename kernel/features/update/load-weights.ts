/**
 * Loads the weights that an update stage starts from: those of the previous stage or of the updated model, and the
 * state of the strategies. The head may have grown: labels keep their indices, new ones are initialized like a new
 * head. Strategies may also have widened tensors: the values of earlier data are their first part.
 */
import { mustExist, CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineSession } from "../../engines/engine.js";
import { frozenParameterPart } from "#stdlib/programs/strategies.js";
import { readHeader, readTensor } from "../../tensors/safetensors.js";
import type { ModelLearning, ModelStates } from "../../models/open-model.js";
import { continualWeightsFile, readContinualState } from "../../runs/continual-state.js";
import type { TrainedWeights } from "../../runs/weights.js";

export interface WeightsSource {
  readonly file: string;
  readonly labels: readonly string[];
}
/** The model that receives the weights. */
interface WeightsTarget extends Pick<ModelLearning, "strategies">, Pick<ModelStates, "carried"> {
  readonly session: Pick<EngineSession, "load" | "read" | "write">;
}

/** Coded errors of the file, and `tensor-shape`. */
export async function loadWeights(
  { session, carried, strategies }: WeightsTarget,
  from: WeightsSource,
  labels: readonly string[],
): Promise<void> {
  const { tensors } = readHeader(from.file);
  const grown: string[] = [];
  const same: Record<string, string> = {};
  const wider = new Map<string, Wider>();
  for (const name of carried.filter((one) => Object.hasOwn(tensors, one))) {
    const had = tensors[name]?.shape ?? [];
    const more = await widerThan(session, name, had, strategies);
    if (more) wider.set(name, more);
    if (more) continue;
    const [first, ...rest] = had;
    const mayGrow = labels.length > from.labels.length && first === from.labels.length && from.labels.length > 0;
    const has = mayGrow ? (await session.read(name)).shape : had;
    if (mayGrow && has[0] === labels.length && has.slice(1).join() === rest.join()) grown.push(name);
    else same[name] = name;
  }
  await session.load(from.file, same);
  // Loads weights before anchors: an anchor's new part starts from the new weights.
  const anchors = strategies.flatMap(({ implementation }) => implementation.anchors ?? []);
  const anchored = (name: string): string | undefined => anchors.find((prefix) => name.startsWith(prefix));
  const all = [...grown, ...wider.keys()];
  for (const name of all.toSorted((a, b) => Number(anchored(a) !== undefined) - Number(anchored(b) !== undefined))) {
    const prefix = anchored(name);
    const fresh = await session.read(prefix === undefined ? name : name.slice(prefix.length));
    const more = wider.get(name);
    const had = more && readTensor(from.file, name);
    await session.write(name, more && had ? widened(fresh, had, more) : grownTo(fresh, name, from, labels));
  }
}

/** The axis along which a tensor is larger than before. */
interface Wider {
  readonly axis: 0 | 1;
}

/** Null if a strategy did not widen it. */
async function widerThan(
  session: Pick<EngineSession, "read">,
  name: string,
  had: readonly number[],
  strategies: ModelLearning["strategies"],
): Promise<Wider | null> {
  if (strategies.every(({ implementation }) => !implementation.frozenPart)) return null;
  const { shape } = await session.read(name);
  const frozen = frozenParameterPart(strategies, name, shape);
  const fits =
    frozen &&
    had.length === shape.length &&
    had.every((size, i) => size === (i === frozen.axis ? frozen.first : shape[i]));
  return fits && frozen.first < mustExist(shape[frozen.axis], "an axis") ? { axis: frozen.axis } : null;
}

/** `fresh` with its first part from `had`; for matrices. */
function widened(fresh: NDArray, had: NDArray, { axis }: Wider): NDArray {
  const bytes = new Uint8Array(fresh.bytes);
  const rows = axis === 0 ? 1 : mustExist(had.shape[0], "rows");
  const [oldWidth, whole] = [had.bytes.byteLength / rows, bytes.byteLength / rows];
  for (let row = 0; row < rows; row++) bytes.set(had.bytes.subarray(row * oldWidth, (row + 1) * oldWidth), row * whole);
  return { ...fresh, bytes };
}

/** `fresh` with the rows of earlier labels unchanged. */
function grownTo(fresh: NDArray, name: string, from: WeightsSource, labels: readonly string[]): NDArray {
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

/** Weights and state of the strategies, if an update made them; otherwise only the weights. */
export function startStateFile({ folder, checkpoint }: TrainedWeights): string {
  return readContinualState(folder) ? continualWeightsFile(folder) : checkpoint.file;
}
