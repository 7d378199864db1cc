/**
 * A judge over HTTP in OpenAI's shape. What is busy is asked again after waits that grow, or as long as it asks for; what
 * refuses is told at once. Its key goes into one header and stands in no message.
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
  /** As the service counts them; null: it doesn't. */
  readonly tokens: { readonly read: number; readonly written: number } | null;
}
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
/** Tries of one question: where the service is busy, and where nobody answers. */
const TRIES = { busy: 6, silent: 3 } as const;
/** Milliseconds. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const LONGEST_ANSWER = 4 * 2 ** 20;

/** A count that is none is not told. */
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
  /** Some services know `max_completion_tokens` alone, and some models no temperature. */
  private readonly shape = { limit: "max_tokens", temperature: true };

  /** Coded errors `secret-missing`, `secret-malformed`. */
  constructor(
    private readonly options: JudgeService,
    private readonly signal?: AbortSignal,
  ) {
    this.address = `${options.url}/chat/completions`;
    this.key = options.env === null ? null : readHeaderSecret(options.env);
  }

  /** Coded errors `judge-refused`, `judge-busy`, `judge-unreachable`, `judge-failed`. */
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

  /** What was said; that it is to be asked in another shape; or why to wait. */
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
    throw new CodedError("judge-failed", { url, why: `it answers ${String(status)}: ${why}` });
  }

  /** What it answered; or why nobody did. */
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
      const late = limit.aborted ? `no answer within ${String(patience / 1000)} s` : null;
      return { why: late ?? this.plain(networkErrorReason((error as Error).cause ?? error)) };
    }
  }

  private read(text: string): JudgeReply {
    const found = parseJsonOrNull(text, schema);
    if (!found)
      throw new CodedError("judge-failed", {
        url: this.options.url,
        why: `its answer is no chat completion: ${this.plain(clipped(text))}`,
      });
    const { choices, usage } = found;
    const [read, written] = [usage?.prompt_tokens, usage?.completion_tokens];
    return {
      answer: this.plain(choices[0]?.message.content ?? ""),
      tokens: typeof read === "number" ? { read, written: written ?? 0 } : null,
    };
  }

  /** Whether it is worth asking in another shape. */
  private reshaped(text: string): boolean {
    if (this.shape.limit === "max_tokens" && text.includes("max_completion_tokens")) {
      this.shape.limit = "max_completion_tokens";
      return true;
    }
    if (!this.shape.temperature || !/temperature/i.test(text)) return false;
    this.shape.temperature = false;
    return true;
  }

  /** Whatever stands in it of the key is left out. */
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
  return line === "" ? "it says nothing" : line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Seconds, or a date; null: it names none. In milliseconds. */
function waitIn(after: string | undefined): number | null {
  if (after === undefined || after.trim() === "") return null;
  const seconds = Number(after);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds);
}
