/** Several f32 states of a session as one vector for the network: gathered from the engine and written back. */
import { createHash } from "node:crypto";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { EngineSession } from "../../engines/engine.js";
import { bytesOfArrayView } from "./peer-rank.js";

export type StateShapes = ReadonlyMap<string, readonly number[]>;

export class StateVector {
  readonly length: number;
  /** Two alternating buffers: the last vector may still be in transit when the next is gathered. */
  private readonly buffers: [Float32Array | null, Float32Array | null] = [null, null];
  private turn: 0 | 1 = 0;

  constructor(
    private readonly session: Pick<EngineSession, "read" | "write">,
    private readonly shapes: StateShapes,
  ) {
    this.length = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  }

  async gather(): Promise<Float32Array> {
    this.turn = this.turn === 0 ? 1 : 0;
    const into = (this.buffers[this.turn] ??= new Float32Array(this.length));
    const bytes = bytesOfArrayView(into);
    let offset = 0;
    const reads = [...this.shapes].map(async ([name, shape]) => {
      const from = offset;
      offset += 4 * sizeOf(shape);
      const value = await this.session.read(name);
      wantFloats(name, value);
      bytes.set(value.bytes, from);
    });
    await Promise.all(reads);
    return into;
  }

  /** Queued before any later request; settles when all is written. */
  async scatter(vector: Float32Array): Promise<void> {
    let offset = 0;
    const writes = [...this.shapes].map(([name, shape]) => {
      const bytes = bytesOfArrayView(vector.subarray(offset, (offset += sizeOf(shape))));
      return this.session.write(name, { dtype: "f32", shape, bytes });
    });
    await Promise.all(writes);
  }
}

export async function shapesOf(session: Pick<EngineSession, "read">, names: readonly string[]): Promise<StateShapes> {
  const values = await Promise.all(
    names.map(async (name) => {
      const value = await session.read(name);
      wantFloats(name, value);
      return [name, value.shape] as const;
    }),
  );
  return new Map(values);
}

/** Returns a key that is equal if two ranks share the same states in the same order. */
export function stateLayoutHash(...shapes: readonly StateShapes[]): string {
  return createHash("sha256")
    .update(JSON.stringify(shapes.map((one) => [...one])))
    .digest("hex");
}

function wantFloats(name: string, { dtype }: NDArray): void {
  if (dtype !== "f32")
    throw new CodedError("internal", { what: `the state ${name} is ${dtype}, and ranks share f32 alone` });
}
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
