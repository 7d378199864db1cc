/** Clients without keys, by their addresses. */
import { isIPv6 } from "node:net";

/** The address; of IPv6 its first 64 bits, within which one client usually has all addresses. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const [plain = ""] = address.split("%");
  if (mapped !== undefined || !isIPv6(plain)) return mapped ?? address;
  const [head = [], tail = []] = plain.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  // An IPv4 address at the end takes the place of two groups.
  const count = head.length + tail.length + (plain.includes(".") ? 1 : 0);
  const all = [...head, ...Array.from({ length: plain.includes("::") ? 8 - count : 0 }, () => "0"), ...tail];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
