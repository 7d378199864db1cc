/**
 * Audits by the hash of the rows: rows are looked through once, however many statements and processes ask. One that took long
 * is kept in the cache folder. The file is a hint: a missing, torn or older one means "look again".
 */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { DataAudit } from "#dsl/types/audit-facts.js";
import { cachePath } from "../fetch/cache.js";

/** Changes when an audit of the same rows may come out otherwise. */
const VERSION = 2;
/** Milliseconds from which on an audit is worth a file. */
const LONG = 400;

export class KeptAudits {
  private readonly made = new Map<string, Promise<DataAudit>>();

  /** `hash`: of rows, splits and labels. */
  of(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> {
    const known = this.made.get(hash);
    if (known) return known;
    const made = fromFile(hash) ?? timed(hash, look);
    this.made.set(hash, made);
    made.catch(() => this.made.delete(hash));
    return made;
  }
}

const fileOf = (hash: string): string => cachePath("audits", `${hash}-${String(VERSION)}.json`);

function fromFile(hash: string): Promise<DataAudit> | undefined {
  try {
    return Promise.resolve(JSON.parse(readFileSync(fileOf(hash), "utf8")) as DataAudit);
  } catch {
    return undefined;
  }
}

async function timed(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> {
  const begun = performance.now();
  const audit = await look();
  if (performance.now() - begun < LONG) return audit;
  try {
    mkdirSync(dirname(fileOf(hash)), { recursive: true });
    writeFileAtomic.sync(fileOf(hash), JSON.stringify(audit), { mode: 0o600 });
  } catch {
    // Only a hint for the next process: a read-only cache must not fail a check.
  }
  return audit;
}
