/** One log line per request: client, route, model, status. It has no text, no address, no key and no hash of a key. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { HttpCall } from "./call.js";

export type LogFields = Readonly<Record<string, unknown>>;

export function requestLogFields(
  call: HttpCall,
  options: {
    readonly id: string;
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly ms: number;
    /** The request's body: its words are removed from the log. */
    readonly body: unknown;
  },
): LogFields {
  return {
    time: new Date().toISOString(),
    id: options.id,
    method: options.method,
    route: options.route,
    status: options.status,
    ms: Math.round(options.ms * 100) / 100,
    ...(call.model !== null && { model: call.model }),
    ...(call.read > 0 && { read: call.read }),
    ...(call.written && { written: call.written.tokens }),
    ...(call.cut > 0 && { cut: call.cut }),
    ...(call.key !== null && { key: call.key }),
    ...(call.code !== null && { code: call.code }),
    ...(call.fault !== null && faultOf(call.fault, options.body)),
  };
}

/** Type of the error, its message without words of the request, and its location in the program. */
function faultOf(thrown: unknown, body: unknown): LogFields {
  if (!(thrown instanceof Error)) return { fault: typeof thrown };
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    fault: thrown instanceof CodedError ? thrown.code : thrown.name.slice(0, 60),
    message: without(body, thrown.message.slice(0, LONGEST)),
    at: frames.slice(0, 8).map((line) => line.trim()),
  };
}
const LONGEST = 500;

/** The message with … for each word that also occurs in the request, and for text that can't be recognized as safe. */
function without(body: unknown, message: string): string {
  const sent = (JSON.stringify(body) ?? "").toLowerCase();
  return message.replaceAll(/[\p{L}\p{M}\p{N}]+/gu, (word) => {
    if (!/^[\x21-\x7e]+$/.test(word)) return "…";
    return /^[a-z]{1,2}$/i.test(word) || !sent.includes(word.toLowerCase()) ? word : "…";
  });
}
