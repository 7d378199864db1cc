/**
 * What a run's lock says of all that its numbers came from: the rows, the files, the base, the versions, the machine, the
 * seeds, the state of the folder. It is written once, holds no secret, and whoever replays, compares or packs a run reads it.
 */
import * as v from "valibot";
import { objectWith, schemaGuard, dictionaryOf, wholeNumber, type Schema } from "../fetch/json.js";

export interface RecordedFile {
  /** `data`: rows; `annotations`: what people decided of them; `base`: of the base's folder; `named`: named by a word. */
  readonly sort: "data" | "annotations" | "base" | "named";
  /** From where relative paths of the plan start, with `/`; of a base from its own folder. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}
export interface RecordedGit {
  readonly commit: string;
  /** Null: of no branch. */
  readonly branch: string | null;
  /** Files that are followed and differ from the commit. */
  readonly changed: number;
  /** Without user, password and query; absent: there is none. */
  readonly remote?: string;
}
export interface RunRecord {
  /** SHA-256 over the rows of each split, as the model reads them. */
  readonly splits: Readonly<Record<string, string>>;
  readonly files: readonly RecordedFile[];
  /** What is read that is no file: an address, a query, a table of the notebook; by the names of its words. Absent: nothing. */
  readonly others?: readonly string[];
  readonly seeds: Readonly<Record<string, number>>;
  /** Of Tunebook, Node, the engine's library and the packages that make numbers. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: {
    readonly name: string;
    readonly device: string;
    readonly threads: number;
    /** `engine { deterministic: true }`; absent: it was off. */
    readonly deterministic?: true;
  };
  readonly machine: { readonly platform: string; readonly processor: string; readonly cores: number };
  /** Variables of a list, whatever else the environment has. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the folder where relative paths start; absent: it is in no repository. */
  readonly git?: RecordedGit;
  /** Warnings that were found and are allowed, and why; absent: none. */
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

/** Null: its lock has none, or one that another version wrote. */
export function runRecordIn(lock: { readonly record?: unknown } | null | undefined): RunRecord | null {
  return isRunRecord(lock?.record) ? lock.record : null;
}
