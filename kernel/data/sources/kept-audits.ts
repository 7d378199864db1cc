/**
 * Caches audits by the hash of the rows, so that rows are audited once for all statements and processes. Slow audits
 * are also written to the cache folder. The file is a hint: a missing, incomplete or older one means that the audit
 * runs again.
 */
import { dirname } from "node:path";
import { LRUCache } from "lru-cache";
import * as v from "valibot";
import { FINDING_KINDS, type DataAudit } from "#dsl/language/types/audit-facts.js";
import { makePrivateFolder, writePrivateFile } from "../../fetch/private.js";
import { cachePath } from "../../fetch/cache.js";
import { objectWith, readJsonCacheFile, type Schema } from "../../fetch/json.js";

/** Increased when an audit of the same rows may give other results. */
const VERSION = 8;
/** Minimum milliseconds of an audit that is written to a file. */
const LONG = 400;

/** Maximum audits in memory; others are read from the cache folder or repeated. */
const MOST = 32;

export class AuditCache {
  private readonly made = new LRUCache<string, Promise<DataAudit>>({ max: MOST });

  /** `hash`: of rows, splits and labels. */
  auditFor(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> {
    const known = this.made.get(hash);
    if (known) return known;
    const made = fromFile(hash) ?? timed(hash, look);
    this.made.set(hash, made);
    made.catch(() => this.made.delete(hash));
    return made;
  }
}

const rowName = v.union([v.number(), v.string()]);
const texts = v.array(v.string());
const bounds = { least: v.number(), greatest: v.number() };
const nearPair = objectWith({
  row: rowName,
  text: v.string(),
  trained: objectWith({ row: rowName, text: v.string() }),
  likeness: v.number(),
  masked: v.exactOptional(v.literal(true)),
});
const conflict = objectWith({
  text: v.string(),
  labels: texts,
  rows: v.array(rowName),
  of: v.exactOptional(objectWith({ labels: v.number(), rows: v.number() })),
});
const splitLanguages = objectWith({
  split: v.string(),
  of: v.number(),
  rows: v.number(),
  untold: v.number(),
  languages: v.array(objectWith({ code: v.string(), name: v.string(), count: v.number() })),
});
const finding = objectWith({
  what: v.picklist(FINDING_KINDS),
  rows: v.number(),
  of: v.number(),
  says: v.string(),
  mend: v.string(),
  examples: v.array(
    objectWith({ row: rowName, split: v.string(), text: v.string(), label: v.exactOptional(v.string()) }),
  ),
});
export const auditSchema: Schema<DataAudit> = objectWith({
  near: v.array(objectWith({ split: v.string(), rows: v.number(), pairs: v.array(nearPair) })),
  conflicts: objectWith({ texts: v.number(), rows: v.number(), examples: v.array(conflict) }),
  told: v.nullable(
    objectWith({
      rows: v.number(),
      own: v.number(),
      of: v.number(),
      example: v.nullable(objectWith({ row: rowName, label: v.string(), text: v.string() })),
    }),
  ),
  groups: v.nullable(objectWith({ shared: v.number(), of: v.number(), some: texts })),
  scores: v.nullable(
    objectWith({
      ...bounds,
      furthest: v.exactOptional(rowName),
      values: v.exactOptional(v.array(v.number())),
      outlying: v.exactOptional(
        objectWith({
          rows: v.array(objectWith({ row: rowName, score: v.number() })),
          count: v.exactOptional(v.number()),
          doubtful: v.exactOptional(v.array(objectWith({ row: rowName, score: v.number() }))),
          share: v.number(),
          of: v.number(),
          ...bounds,
        }),
      ),
      trained: v.exactOptional(objectWith({ ...bounds, mean: v.number(), spread: v.number() })),
    }),
  ),
  findings: v.exactOptional(v.array(finding)),
  languages: v.exactOptional(v.nullable(objectWith({ splits: v.array(splitLanguages) }))),
});

const fileOf = (hash: string): string => cachePath("audits", `${hash}-${String(VERSION)}.json`);

function fromFile(hash: string): Promise<DataAudit> | undefined {
  const audit = readJsonCacheFile(fileOf(hash), auditSchema);
  return audit ? Promise.resolve(audit) : undefined;
}

async function timed(hash: string, look: () => Promise<DataAudit>): Promise<DataAudit> {
  const begun = performance.now();
  const audit = await look();
  if (performance.now() - begun < LONG) return audit;
  try {
    makePrivateFolder(dirname(fileOf(hash)));
    writePrivateFile(fileOf(hash), JSON.stringify(audit));
  } catch {
    // The file is only a hint for the next process: a read-only cache must not fail a check.
  }
  return audit;
}
