/**
 * Checksums of the files that this process downloaded. A run stores addresses without their query; the stored checksum
 * finds the same file in the cache when the run is repeated.
 */
import { LRUCache } from "lru-cache";
import { parseStoredUrl } from "#dsl/language/diagnostics/address.js";
import { withoutAddressQueries } from "#dsl/compiler/plan/retained-calls.js";

const known = new LRUCache<string, string>({ max: 1024 });

export function rememberChecksum(address: string, sha256: string): void {
  known.set(address, sha256);
}

/** Returns the plan for storage, without the queries of its addresses. */
export function planForStorage<T>(plan: T): T {
  return withoutAddressQueries(plan, (address) => known.get(address) ?? parseStoredUrl(address)?.checksum ?? undefined);
}
