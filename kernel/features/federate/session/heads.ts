/** The personal parameters of simulated clients: read from the engine and the run's files, and written to files. */
import type { RunFolder } from "../../../runs/run-folder.js";
import type { EncodedRows } from "../../../data/encoding/encoded.js";
import type { EngineSession } from "../../../engines/engine.js";
import { loadFederationState, type FederationState } from "../state-file.js";
import { HEAD_KEY, ClientHeads } from "../simulated/heads.js";
import type { SharedClientModel } from "../simulated/local-client.js";
import { shapesOf, StateVector, type StateShapes } from "../../../remote/process-group/state-vector.js";
import type { OpenModel } from "../../../models/open-model.js";
import type { FederationSteps } from "./steps.js";

export interface PersonalHeads extends NonNullable<SharedClientModel["personal"]> {
  readonly shapes: StateShapes;
}

/** Returns the optimizer states by the prefix of their names. */
export function stateVectorsOf(session: EngineSession, shapes: StateShapes): (prefix: string) => StateVector {
  const states = new Map<string, StateVector>();
  return (prefix) => {
    const known = states.get(prefix) ?? new StateVector(session, new Map([...shapes].map(([n, s]) => [prefix + n, s])));
    states.set(prefix, known);
    return known;
  };
}

/** `savedState`: state of the checkpoint that the training resumes from; null at the start. */
export async function createPersonalHeads(
  { session, states: { head: heads } }: OpenModel,
  clients: readonly { readonly rows: EncodedRows }[],
  savedState: FederationState | null,
): Promise<PersonalHeads> {
  const shapes = await shapesOf(session, heads);
  const vector = new StateVector(session, shapes);
  const before = savedState?.server[HEAD_KEY];
  const initial = before ? Float32Array.from(before) : (await vector.gather()).slice();
  return {
    heads: new ClientHeads({ vector, initial, rows: clients.map(({ rows }) => rows.count) }),
    shapes,
    states: stateVectorsOf(session, shapes),
  };
}

/** Heads in a checkpoint, by parameter; the initial head for a client that had not trained by then. */
export function headsOfCheckpoint(
  run: RunFolder,
  { heads, shapes }: PersonalHeads,
  clients: readonly { readonly name: string }[],
): NonNullable<FederationSteps["heads"]> {
  return (round) => {
    const savedState = loadFederationState(run, round);
    return new Map(
      clients.map(({ name }, client) => {
        const head = Float32Array.from(savedState?.clients.get(client)?.[HEAD_KEY] ?? heads.initial);
        let offset = 0;
        const tensors = [...shapes].map(([parameter, shape]) => {
          const values = head.slice(offset, (offset += shape.reduce((n, d) => n * d, 1)));
          return [parameter, { dtype: "f32", shape, bytes: new Uint8Array(values.buffer) }] as const;
        });
        return [name, Object.fromEntries(tensors)];
      }),
    );
  };
}
