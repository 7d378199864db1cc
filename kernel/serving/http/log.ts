/** A line of each request: who asked what of which model, and what came of it. Nothing of a text is in it, nor of an address. */
import type { Call } from "./call.js";

export type Line = Readonly<Record<string, unknown>>;

export function lineOf(
  call: Call,
  o: {
    readonly id: string;
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly ms: number;
  },
): Line {
  return {
    time: new Date().toISOString(),
    ...{ id: o.id, method: o.method, route: o.route, status: o.status, ms: Math.round(o.ms * 100) / 100 },
    ...(call.model !== null && { model: call.model }),
    ...(call.tokens > 0 && { tokens: call.tokens }),
    ...(call.cut > 0 && { cut: call.cut }),
    ...(call.key !== null && { key: call.key }),
    ...(call.code !== null && { code: call.code }),
    ...(call.fault !== null && faultOf(call.fault)),
  };
}

/** Where in the program, and which sort of error: its message may have a text in it. */
function faultOf(thrown: unknown): Line {
  if (!(thrown instanceof Error)) return { fault: typeof thrown };
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { fault: thrown.name.slice(0, 60), at: frames.slice(0, 8).map((line) => line.trim()) };
}
