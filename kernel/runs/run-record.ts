/**
 * The record in a run's lock of everything that its numbers depend on: rows, files, base, versions, machine, seeds,
 * state of the folder. It is written once, contains no secret, and is read to replay, compare or pack a run.
 */
import * as v from "valibot";
import { objectWith, schemaGuard, dictionaryOf, wholeNumber, type Schema } from "../fetch/json.js";

export interface RecordedFile {
  /**
   * `data`: rows; `annotations`: human annotations of these rows; `base`: files of the base model; `named`: files named
   * by an argument.
   */
  readonly sort: "data" | "annotations" | "base" | "named";
  /**
   * Path with `/`, relative to the folder of the plan's relative paths; for a base model, relative to its own folder.
   */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export interface RecordedGit {
  readonly commit: string;
  /** Null for a detached HEAD. */
  readonly branch: string | null;
  /** Number of tracked files that differ from the commit. */
  readonly changed: number;
  /** Address of the remote without user, password and query; unset if there is none. */
  readonly remote?: string;
}
export interface RunRecord {
  /** SHA-256 over the rows of each split, as the model reads them. */
  readonly splits: Readonly<Record<string, string>>;
  readonly files: readonly RecordedFile[];
  /**
   * Names of the sources that are not files: an address, a query, a table of the notebook. Unset if there are none.
   */
  readonly others?: readonly string[];
  readonly seeds: Readonly<Record<string, number>>;
  /** Versions of Tunebook, Node, the engine's library and the packages that numbers depend on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: {
    readonly name: string;
    readonly device: string;
    readonly threads: number;
    /** Set by `engine { deterministic: true }`; defaults to off. */
    readonly deterministic?: true;
  };
  readonly machine: { readonly platform: string; readonly processor: string; readonly cores: number };
  /** Environment variables from a fixed list; all others are left out. */
  readonly environment: Readonly<Record<string, string>>;
  /** State of the folder that relative paths start from; unset if it is in no repository. */
  readonly git?: RecordedGit;
  /** Warnings that the program allows, each with its reason. */
  readonly allowed?: readonly { readonly code: string; readonly reason: string }[];
}

const text = v.string();
const recordSchema: Schema<RunRecord> = objectWith({
  splits: dictionaryOf(text),
  files: v.array(
    objectWith({
      sort: v.picklist(["data", "annotations", "base", "named"]),
      name: text,
      bytes: wholeNumber(),
      hash: text,
    }),
  ),
  others: v.exactOptional(v.array(text)),
  seeds: dictionaryOf(v.number()),
  versions: dictionaryOf(text),
  engine: objectWith({
    name: text,
    device: text,
    threads: wholeNumber(),
    deterministic: v.exactOptional(v.literal(true)),
  }),
  machine: objectWith({ platform: text, processor: text, cores: wholeNumber() }),
  environment: dictionaryOf(text),
  git: v.exactOptional(
    objectWith({ commit: text, branch: v.nullable(text), changed: wholeNumber(), remote: v.exactOptional(text) }),
  ),
  allowed: v.exactOptional(v.array(objectWith({ code: text, reason: text }))),
});
const isRunRecord = schemaGuard(recordSchema);

/** Returns null if the lock has no record, or one of another version. */
export function runRecordOfPinnedFacts(lock: { readonly record?: unknown } | null | undefined): RunRecord | null {
  return isRunRecord(lock?.record) ? lock.record : null;
}
