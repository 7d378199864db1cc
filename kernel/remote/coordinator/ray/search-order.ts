/**
 * Order of a search on a cluster, in addition to its input files. It contains no secrets, because users of the cluster
 * can read it.
 */
import * as v from "valibot";
import { objectWith, wholeNumber, type Schema } from "../../../fetch/json.js";

export interface SearchOrder {
  readonly version: 1;
  /** Version of Tunebook that made it: another may train differently. */
  readonly tunebook: string;
  /** Key of its folder on its node and of its jobs; the same when it is resumed. */
  readonly key: string;
  readonly job: string;
  readonly sweep: string;
  readonly journal: string;
  /** Dashboard address as seen from the notebook, possibly through a tunnel. */
  readonly address: string;
  /** Address of its node as seen from the other nodes. */
  readonly host: string;
  readonly parts: number;
  /** Runs whose weights are stored at the notebook, so that they need not be trained again. */
  readonly kept: readonly string[];
}

const name = v.pipe(v.string(), v.regex(/^[^/\0\n]{1,300}$/));
export const searchOrderSchema: Schema<SearchOrder> = objectWith({
  version: v.literal(1),
  tunebook: v.string(),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  job: name,
  sweep: name,
  journal: v.pipe(name, v.notValue(".."), v.notValue(".")),
  address: v.string(),
  host: v.string(),
  parts: wholeNumber(1),
  kept: v.array(name),
});

/** Contents of the input bundle. */
export const JOB_SPEC_FOLDER = "shipment";
/** Files of the notebook's machine, at their original paths below this folder. */
export const LOCAL_FILES_FOLDER = "root";
export const JOURNAL_FILE = "journal.jsonl";
/** Also in the results: runs, by folder name. */
export const RUNS_FOLDER = "runs";
