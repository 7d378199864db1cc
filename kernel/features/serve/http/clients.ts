/** Identifies clients without keys by address. */
import { isIPv6 } from "node:net";

/** The address; for IPv6 its first 64 bits, since one client usually has all addresses within them. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const [plain = ""] = address.split("%");
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? address;
  const [head = [], tail = []] = plain.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  // An IPv4 address at the end replaces two groups.
  const count = head.length + tail.length + (plain.includes(".") ? 1 : 0);
  const all = [...head, ...Array.from({ length: plain.includes("::") ? 8 - count : 0 }, () => "0"), ...tail];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
