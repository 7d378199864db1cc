/** Clients: identifies those without keys by address, and limits the rate of their requests. */
import { isIPv6 } from "node:net";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** The address; for IPv6 its first 64 bits, since one client usually has all addresses within them. */
export function clientNetworkOf(address: string): string {
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

/** `rate`: maximum requests of a client per minute; 0 sets no limit. Coded error `rate-exceeded`. */
export async function limitRate(app: FastifyInstance, rate: number): Promise<void> {
  if (rate > 0)
    await app.register(rateLimit, {
      max: rate,
      timeWindow: 60_000,
      hook: "onRequest",
      cache: 10_000,
      // Separate limit for /metrics, so that monitoring does not use up the client's requests.
      keyGenerator: ({ call, routeOptions: { url } }) => `${url === "/metrics" ? "figures " : ""}${call.client}`,
      errorResponseBuilder: (_, { ttl }) =>
        new CodedError("rate-exceeded", { most: rate, seconds: Math.max(1, Math.ceil(ttl / 1000)) }),
    });
}
