/**
 * Personal heads of federation clients, `heads.safetensors` in the run: `north/classifier.weight`. The run's own
 * weights contain their mean.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NDArray } from "#dsl/tensor/program.js";
import { makePrivate } from "../fetch/private.js";
import { readHeader, readTensor, writeSafetensors, type TensorToWrite } from "../tensors/safetensors.js";
import { toRunFolderError } from "./folder-errors.js";

const fileIn = (run: string): string => join(run, "heads.safetensors");

/** Keyed by client and parameter. Throws the coded errors `no-space` and `run-folder`. */
export function writeClientHeads(
  run: string,
  heads: ReadonlyMap<string, Readonly<Record<string, TensorToWrite>>>,
): void {
  const all = [...heads].flatMap(([client, tensors]) =>
    Object.entries(tensors).map(([name, tensor]) => [`${client}/${name}`, tensor] as const),
  );
  try {
    writeSafetensors(fileIn(run), Object.fromEntries(all));
    makePrivate(fileIn(run));
  } catch (error) {
    throw toRunFolderError(error, fileIn(run));
  }
}

/** Returns the clients with a personal head; empty for other runs. Throws coded errors of files. */
export function clientsWithHeads(run: string): readonly string[] {
  if (!existsSync(fileIn(run))) return [];
  return [...new Set(Object.keys(readHeader(fileIn(run)).tensors).map((path) => path.slice(0, path.lastIndexOf("/"))))];
}

/** Returns a client's head parameters, which replace the mean. Throws coded errors of files. */
export function readClientHead(run: string, client: string): ReadonlyMap<string, NDArray> {
  const header = readHeader(fileIn(run));
  const tensors = Object.entries(header.tensors).filter(([path]) => path.slice(0, path.lastIndexOf("/")) === client);
  return new Map(
    tensors.map(([path, { shape }]) => [
      path.slice(client.length + 1),
      { dtype: "f32", shape, bytes: readTensor(fileIn(run), path, header).bytes.slice() },
    ]),
  );
}
