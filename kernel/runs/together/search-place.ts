/**
 * What a sweep's folder remembers of its search on a cluster, so that the same statement, in whichever process, finds it again.
 * It is a pointer: what goes on there the cluster says.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writePrivate } from "../../fetch/private.js";
import { objectWith, schemaGuard, type Schema } from "../../fetch/json.js";
import { toRunFolderError } from "../folder-errors.js";
import { readRegularJson } from "../read-regular.js";

export interface ClusterJobLocation {
  /** Its job. */
  readonly job: string;
  readonly node: { readonly id: string; readonly host: string; readonly address: string };
}
export interface ClusterSearchPlace extends ClusterJobLocation {
  readonly version: 1;
  readonly sweep: string;
  /** Of the dashboard. */
  readonly address: string;
  /** Name of the variable with the cluster's token; null: it asks for none. */
  readonly token: string | null;
  readonly key: string;
  /** ISO 8601. */
  readonly since: string;
  /** Its job said nothing of how it ended. */
  readonly lost?: boolean;
}

const place: Schema<ClusterSearchPlace> = objectWith({
  version: v.literal(1),
  sweep: v.string(),
  address: v.string(),
  token: v.nullable(v.string()),
  job: v.string(),
  since: v.string(),
  lost: v.exactOptional(v.boolean()),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  node: objectWith({ id: v.string(), host: v.string(), address: v.string() }),
});
const isPlace = schemaGuard(place);
const FILE = "cluster.json";

/** Null: it is searched for on no cluster. */
export function readSearchPlace(folder: string): ClusterSearchPlace | null {
  const found = readRegularJson(join(folder, FILE), 1 << 16);
  return isPlace(found) ? found : null;
}

export function writeSearchPlace(folder: string, place: ClusterSearchPlace): void {
  try {
    writePrivate(join(folder, FILE), JSON.stringify(place, null, 2));
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
}

export function removeSearchPlace(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** Whether its search goes on there, as far as this folder knows. */
export function isSearchedOnCluster(folder: string): boolean {
  const place = readSearchPlace(folder);
  return place !== null && place.lost !== true;
}

/** Its cluster, with the token where the variable has one. */
export function clusterConnectionOf({ address, token }: ClusterSearchPlace): {
  readonly address: string;
  readonly token?: string;
} {
  const found = token === null ? undefined : process.env[token];
  return { address, ...(found !== undefined && { token: found }) };
}
