/**
 * What a sweep's folder remembers of its search on a cluster, so that the same statement, in whichever process, finds it again.
 * It is a pointer: what goes on there the cluster says.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writePrivate } from "../../fetch/private.js";
import { fields, like, type Schema } from "../../fetch/json.js";
import { writing } from "../folder-errors.js";
import { jsonRegular } from "../read-regular.js";

export interface SearchAt {
  /** Its job. */
  readonly job: string;
  readonly node: { readonly id: string; readonly host: string; readonly address: string };
}
export interface SearchPlace extends SearchAt {
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

const place: Schema<SearchPlace> = fields({
  version: v.literal(1),
  sweep: v.string(),
  address: v.string(),
  token: v.nullable(v.string()),
  job: v.string(),
  since: v.string(),
  lost: v.exactOptional(v.boolean()),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  node: fields({ id: v.string(), host: v.string(), address: v.string() }),
});
const isPlace = like(place);
const FILE = "cluster.json";

/** Null: it is searched for on no cluster. */
export function readPlace(folder: string): SearchPlace | null {
  const found = jsonRegular(join(folder, FILE), 1 << 16);
  return isPlace(found) ? found : null;
}

export function writePlace(folder: string, at: SearchPlace): void {
  try {
    writePrivate(join(folder, FILE), JSON.stringify(at, null, 2));
  } catch (error) {
    throw writing(error, folder);
  }
}

export function dropPlace(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** Whether its search goes on there, as far as this folder knows. */
export function isSearchedThere(folder: string): boolean {
  const at = readPlace(folder);
  return at !== null && at.lost !== true;
}

/** Its cluster, with the token where the variable has one. */
export function clusterAt({ address, token }: SearchPlace): { readonly address: string; readonly token?: string } {
  const found = token === null ? undefined : process.env[token];
  return { address, ...(found !== undefined && { token: found }) };
}
