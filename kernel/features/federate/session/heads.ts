/** What each client of a simulation keeps for itself, from the engine and the run's files, and back to files. */
import type { RunFolder } from "../../../runs/run-folder.js";
import type { Encoded } from "../../../data/encoding/encoded.js";
import type { Session } from "../../../engines/engine.js";
import { loadKept, type FederationKept } from "../kept-file.js";
import { HEAD, Heads } from "../simulated/heads.js";
import type { Shared } from "../simulated/local-client.js";
import { shapesOf, StateVector, type Shapes } from "../../../remote/process-group/state-vector.js";
import type { OpenModel } from "../../../models/open-model.js";
import type { FederationSteps } from "./steps.js";

export interface Personal extends NonNullable<Shared["personal"]> {
  /** Of the head's parameters. */
  readonly shapes: Shapes;
}

/** States by the prefix that they are called by beside their parameters. */
export function statesOf(session: Session, shapes: Shapes): (prefix: string) => StateVector {
  const states = new Map<string, StateVector>();
  return (prefix) => {
    const known = states.get(prefix) ?? new StateVector(session, new Map([...shapes].map(([n, s]) => [prefix + n, s])));
    states.set(prefix, known);
    return known;
  };
}

/** `kept`: beside the checkpoint that the training goes on from; null: it begins. */
export async function personalIn(
  { session, heads }: OpenModel,
  clients: readonly { readonly rows: Encoded }[],
  kept: FederationKept | null,
): Promise<Personal> {
  const shapes = await shapesOf(session, heads);
  const vector = new StateVector(session, shapes);
  const before = kept?.server[HEAD];
  const initial = before ? Float32Array.from(before) : (await vector.gather()).slice();
  return {
    heads: new Heads({ vector, initial, rows: clients.map(({ rows }) => rows.count) }),
    shapes,
    states: statesOf(session, shapes),
  };
}

/** Heads of a checkpoint, by parameters; of a client that had not trained by then what it would have begun with. */
export function headsIn(
  run: RunFolder,
  { heads, shapes }: Personal,
  clients: readonly { readonly name: string }[],
): NonNullable<FederationSteps["heads"]> {
  return (round) => {
    const kept = loadKept(run, round);
    return new Map(
      clients.map(({ name }, client) => {
        const head = Float32Array.from(kept?.clients.get(client)?.[HEAD] ?? heads.initial);
        let at = 0;
        const tensors = [...shapes].map(([parameter, shape]) => {
          const values = head.slice(at, (at += shape.reduce((n, d) => n * d, 1)));
          return [parameter, { dtype: "f32", shape, bytes: new Uint8Array(values.buffer) }] as const;
        });
        return [name, Object.fromEntries(tensors)];
      }),
    );
  };
}
