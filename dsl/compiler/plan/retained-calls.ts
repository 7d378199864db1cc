/** Calls as files and hashes store them: without URL queries, which may be signatures or passwords. */
import { urlToStore } from "../../language/diagnostics/address.js";
import { isRecord } from "../../language/diagnostics/record.js";
import { isCall } from "./value.js";

/** `checksumOf`: returns the checksum of the file at a URL, if known. */
export function withoutAddressQueries<T>(
  value: T,
  checksumOf: (address: string) => string | undefined = () => undefined,
): T {
  const stripped = (part: unknown, inCall: boolean): unknown => {
    if (typeof part === "string") return inCall ? urlToStore(part, checksumOf(part)) : part;
    if (Array.isArray(part)) return part.map((one) => stripped(one, inCall));
    if (!isRecord(part)) return part;
    // Covers words of every kind: a list of kinds would miss a new kind that takes URLs.
    const inside = inCall || isCall(part);
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, stripped(one, inside)]));
  };
  return stripped(value, false) as T;
}
