/**
 * HTTP client of a judge with an OpenAI-compatible API. Busy responses are retried with growing waits, or after the
 * wait that the service asks for. Refusals are reported at once. The key is sent in one header and appears in no
 * message.
 */
import { setTimeout as wait } from "node:timers/promises";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { JudgeService, JudgeMessage } from "#stdlib/judging/judge.js";
import { readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { responseText, postJson, networkErrorReason } from "../../fetch/http.js";
import { objectWith, parseJsonOrNull, optionalUnknown } from "../../fetch/json.js";

export interface JudgeReply {
  readonly answer: string;
  /** Token counts reported by the service; null if it reports none. */
  readonly tokens: { readonly read: number; readonly written: number } | null;
}
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
/** Maximum tries of one question: if the service is busy, and if it is unreachable. */
const TRIES = { busy: 6, silent: 3 } as const;
/** In ms. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const LONGEST_ANSWER = 4 * 2 ** 20;

/** An invalid count is not reported. */
export const tokenCountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = v.fallback(v.optional(v.nullable(tokenCountSchema)), undefined);
const schema = objectWith({
  choices: v.pipe(v.array(objectWith({ message: objectWith({ content: v.nullable(v.string()) }) })), v.minLength(1)),
  usage: v.optional(v.nullable(objectWith({ prompt_tokens: count, completion_tokens: count }))),
});
const wrong = objectWith({ error: optionalUnknown, message: optionalUnknown, detail: optionalUnknown });

export class JudgeClient {
  private readonly address: string;
  private readonly key: string | null;
  /** Some services accept only `max_completion_tokens`, and some models accept no temperature. */
  private readonly shape = { limit: "max_tokens", temperature: true };

  /** Throws the coded errors `secret-missing` and `secret-malformed`. */
  constructor(
    private readonly options: JudgeService,
    private readonly signal?: AbortSignal,
  ) {
    this.address = `${options.url}/chat/completions`;
    this.key = options.env === null ? null : readHeaderSecret(options.env);
  }

  /** Throws the coded errors `judge-refused`, `judge-busy`, `judge-unreachable` and `judge-failed`. */
  async ask(messages: readonly JudgeMessage[]): Promise<JudgeReply> {
    let [busy, silent] = [0, 0];
    for (;;) {
      const answer = await this.once(messages);
      if ("reply" in answer) return answer.reply;
      if ("other" in answer) continue;
      const { why, status, after } = answer;
      const tries = status === null ? ++silent : ++busy;
      if (status === null && tries === TRIES.silent)
        throw new CodedError("judge-unreachable", { url: this.options.url, why });
      if (status !== null && tries === TRIES.busy)
        throw new CodedError("judge-busy", { url: this.options.url, status, tries, why });
      const grown = (status === null ? FIRST_WAIT / 2 : FIRST_WAIT) * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
      await wait(Math.min(LONGEST_WAIT, after ?? grown), undefined, this.signal ? { signal: this.signal } : {});
    }
  }

  /** Returns the answer, a request to retry in another shape, or the reason to wait. */
  private async once(
    messages: readonly JudgeMessage[],
  ): Promise<
    | { readonly reply: JudgeReply }
    | { readonly other: true }
    | { readonly why: string; readonly status: number | null; readonly after: number | null }
  > {
    const { url, model, env, maxTokens, patience } = this.options;
    const limit = AbortSignal.timeout(patience);
    const body = {
      model,
      messages,
      [this.shape.limit]: maxTokens,
      ...(this.shape.temperature && { temperature: 0 }),
    };
    const heard = await this.post(body, limit);
    if ("why" in heard) return { ...heard, status: null, after: null };
    const { status, text, after } = heard;
    if (status >= 200 && status < 300) return { reply: this.read(text) };
    const why = this.plain(whyIn(text));
    if (status === 401 || status === 403) throw new CodedError("judge-refused", { url, status, env, why });
    if (BUSY.has(status)) return { why, status, after: waitIn(after) };
    if (status === 400 && this.reshaped(text)) return { other: true };
    throw new CodedError("judge-failed", { url, why: `it returned ${String(status)}: ${why}` });
  }

  /** Returns the response, or why there is none. */
  private async post(
    body: unknown,
    limit: AbortSignal,
  ): Promise<
    { readonly status: number; readonly text: string; readonly after: string | undefined } | { readonly why: string }
  > {
    const { patience } = this.options;
    try {
      const answer = await postJson(this.address, body, {
        patience,
        signal: AbortSignal.any([limit, ...(this.signal ? [this.signal] : [])]),
        headers: this.key === null ? {} : { authorization: `Bearer ${this.key}` },
      });
      const text = await responseText(this.address, answer, LONGEST_ANSWER);
      return { status: answer.statusCode, text, after: [answer.headers["retry-after"]].flat()[0] };
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof CodedError && error.code === "untrusted-answer") throw error;
      const late = limit.aborted ? `no response within ${String(patience / 1000)} s` : null;
      return { why: late ?? this.plain(networkErrorReason((error as Error).cause ?? error)) };
    }
  }

  private read(text: string): JudgeReply {
    const found = parseJsonOrNull(text, schema);
    if (!found)
      throw new CodedError("judge-failed", {
        url: this.options.url,
        why: `its response is not a chat completion: ${this.plain(clipped(text))}`,
      });
    const { choices, usage } = found;
    const [read, written] = [usage?.prompt_tokens, usage?.completion_tokens];
    return {
      answer: this.plain(choices[0]?.message.content ?? ""),
      tokens: typeof read === "number" ? { read, written: written ?? 0 } : null,
    };
  }

  /** Whether to retry with another request shape. */
  private reshaped(text: string): boolean {
    if (this.shape.limit === "max_tokens" && text.includes("max_completion_tokens")) {
      this.shape.limit = "max_completion_tokens";
      return true;
    }
    if (!this.shape.temperature || !/temperature/i.test(text)) return false;
    this.shape.temperature = false;
    return true;
  }

  /** Redacts the key. */
  private plain(text: string): string {
    if (this.key === null) return text;
    return text.replaceAll(this.key, "…").replaceAll(Buffer.from(this.key).toString("base64"), "…");
  }
}

function whyIn(text: string): string {
  const parsed = parseJsonOrNull(text, wrong);
  const error = parsed?.error;
  const inner = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  const message = [inner, parsed?.message, parsed?.detail].find((one) => typeof one === "string" && one !== "");
  return clipped(typeof message === "string" ? message : text);
}
function clipped(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line === "" ? "it is empty" : line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Parses seconds or a date (Retry-After). Returns ms; null if there is neither. */
function waitIn(after: string | undefined): number | null {
  if (after === undefined || after.trim() === "") return null;
  const seconds = Number(after);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds);
}
