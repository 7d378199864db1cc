/** What a search on a cluster is told beside the files that it reads. No secret is in it: who sees the cluster sees it. */
import * as v from "valibot";
import { objectWith, wholeNumber, type Schema } from "../../../fetch/json.js";

export interface SearchOrder {
  readonly version: 1;
  /** That made it: another may train otherwise. */
  readonly tunebook: string;
  /** Of its folder on its node, and of its jobs: the same when it goes on. */
  readonly key: string;
  readonly job: string;
  readonly sweep: string;
  /** Name of its journal. */
  readonly journal: string;
  /** Of the dashboard, as the notebook reaches it, which may be by a tunnel. */
  readonly address: string;
  /** Its node, as the others reach it. */
  readonly host: string;
  /** How many parts it has. */
  readonly parts: number;
  /** Runs whose weights lie at the notebook: they need not be trained again to be there. */
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

/** What lies in the bundle that it reads. */
export const JOB_SPEC_FOLDER = "shipment";
/** Files of the notebook's machine, at their paths there below it. */
export const ROOT_FOLDER = "root";
export const JOURNAL_FILE = "journal.jsonl";
/** And in what comes back: runs, by their folders' names. */
export const RUNS_FOLDER = "runs";
