/**
 * Where a sweep's search runs on a cluster; stored in the sweep's folder so that the same statement finds it again in
 * any process. It is only a pointer: the search's state comes from the cluster.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writePrivateFile } from "../../fetch/private.js";
import { objectWith, schemaGuard, type Schema } from "../../fetch/json.js";
import { toRunFolderError } from "../folder-errors.js";
import { readRegularJson } from "../read-events.js";

export interface ClusterJobLocation {
  /** Id of the search's job. */
  readonly job: string;
  readonly node: { readonly id: string; readonly host: string; readonly address: string };
}
export interface ClusterSearchPlace extends ClusterJobLocation {
  readonly version: 1;
  readonly sweep: string;
  /** Address of the dashboard. */
  readonly address: string;
  /** Name of the environment variable with the cluster's token; null if the cluster needs none. */
  readonly token: string | null;
  readonly key: string;
  /** ISO 8601. */
  readonly since: string;
  /** The job ended without reporting a result. */
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

/** Returns null if the search does not run on a cluster. */
export function readSearchPlace(folder: string): ClusterSearchPlace | null {
  const found = readRegularJson(join(folder, FILE), 1 << 16);
  return isPlace(found) ? found : null;
}

export function writeSearchPlace(folder: string, place: ClusterSearchPlace): void {
  try {
    writePrivateFile(join(folder, FILE), JSON.stringify(place, null, 2));
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
}

export function removeSearchPlaceFile(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** Reports whether the search still runs on its cluster, as far as this folder shows. */
export function isSweepRunningOnCluster(folder: string): boolean {
  const place = readSearchPlace(folder);
  return place !== null && place.lost !== true;
}

/** Returns the connection to its cluster, with the token if the environment variable is set. */
export function clusterConnectionOf({ address, token }: ClusterSearchPlace): {
  readonly address: string;
  readonly token?: string;
} {
  const found = token === null ? undefined : process.env[token];
  return { address, ...(found !== undefined && { token: found }) };
}
