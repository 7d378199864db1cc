/**
 * State of a federation saved with a checkpoint, `federation/step-000010.safetensors`: vectors of the server and of
 * each client. Written before the checkpoint of that round, so that no checkpoint lacks it.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivate, makePrivateFolder } from "../../fetch/private.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { readHeader, readTensor, writeSafetensors } from "../../tensors/safetensors.js";

type Vectors = Readonly<Record<string, Float32Array | Float64Array>>;

export interface FederationState {
  readonly server: Vectors;
  /** By client number; clients without state have no entry. */
  readonly clients: ReadonlyMap<number, Vectors>;
}

const folderOf = (run: RunFolder): string => join(run.path, "federation");
const fileOf = (run: RunFolder, round: number): string =>
  join(folderOf(run), `step-${String(round).padStart(6, "0")}.safetensors`);

/** Writes nothing if there is no state. Coded errors `no-space`, `run-folder`. */
export function saveFederationState(run: RunFolder, round: number, { server, clients }: FederationState): void {
  const named = [
    ...Object.entries(server).map(([name, vector]) => [`server/${name}`, vector] as const),
    ...[...clients].flatMap(([client, vectors]) =>
      Object.entries(vectors).map(([name, vector]) => [`client/${String(client)}/${name}`, vector] as const),
    ),
  ];
  if (named.length === 0) return;
  const file = fileOf(run, round);
  try {
    makePrivateFolder(folderOf(run));
    writeSafetensors(file, Object.fromEntries(named.map(([name, vector]) => [name, tensorOf(vector)])));
    makePrivate(file);
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

/** Null if no state was saved. Coded errors of `readTensor`. */
export function loadFederationState(run: RunFolder, round: number): FederationState | null {
  const file = fileOf(run, round);
  if (!existsSync(file)) return null;
  const header = readHeader(file);
  const server: Record<string, Float64Array> = {};
  const clients = new Map<number, Record<string, Float32Array>>();
  for (const path of Object.keys(header.tensors)) {
    const { bytes } = readTensor(file, path, header);
    const vector = new Float32Array(bytes.slice().buffer);
    const [side, ...rest] = path.split("/");
    if (side === "server") server[rest.join("/")] = Float64Array.from(vector);
    else {
      const [number = "", ...name] = rest;
      clients.set(Number(number), { ...clients.get(Number(number)), [name.join("/")]: vector });
    }
  }
  return { server, clients };
}

export function pruneFederationStates(run: RunFolder, keep: readonly number[]): void {
  const folder = folderOf(run);
  if (!existsSync(folder)) return;
  const files = new Set(keep.map((round) => fileOf(run, round)));
  for (const name of readdirSync(folder))
    if (!files.has(join(folder, name))) rmSync(join(folder, name), { force: true });
}

function tensorOf(vector: Float32Array | Float64Array) {
  const values = Float32Array.from(vector);
  return { dtype: "f32" as const, shape: [values.length], bytes: new Uint8Array(values.buffer) };
}
