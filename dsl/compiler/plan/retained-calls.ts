/** Calls as files and hashes keep them: without the queries of their addresses, which may be signatures or passwords. */
import { storedAddress } from "../../language/diagnostics/address.js";
import { isRecord } from "../../language/diagnostics/record.js";
import { isCall } from "./value.js";

/** `checksumOf`: of the file that an address gave, where that is known. */
export function withoutAddressQueries<T>(
  value: T,
  checksumOf: (address: string) => string | undefined = () => undefined,
): T {
  const stripped = (part: unknown, inCall: boolean): unknown => {
    if (typeof part === "string") return inCall ? storedAddress(part, checksumOf(part)) : part;
    if (Array.isArray(part)) return part.map((one) => stripped(one, inCall));
    if (!isRecord(part)) return part;
    // Words of every kind: a list of kinds would miss a new one that takes addresses.
    const inside = inCall || isCall(part);
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, stripped(one, inside)]));
  };
  return stripped(value, false) as T;
}
