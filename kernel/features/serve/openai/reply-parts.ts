/** Common parts of both endpoints' responses. */
import { createHash, randomUUID } from "node:crypto";
import type { TextChunk, TokenLikelihood, PromptToken, ServedModel, TextGeneration } from "../contract.js";

export type FinishReason = "stop" | "length" | "tool_calls";
export function finishReasonOf(ended: TextChunk["ended"]): FinishReason | null {
  if (ended === null) return null;
  if (ended === "tools") return "tool_calls";
  return ended === "length" ? "length" : "stop";
}

export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}
export function tokenUsageOf(writings: readonly TextGeneration[], written: number): TokenUsage {
  const prompt = writings.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const cached = writings.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: written,
    total_tokens: prompt + written,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

/** Our extension: the number of truncated texts, if any. */
export const truncatedField = (cut: number): { readonly truncated?: number } => (cut === 0 ? {} : { truncated: cut });

export const newId = (prefix: string): string => prefix + randomUUID().replaceAll("-", "");
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

const prints = new WeakMap<ServedModel, string>();
/** Changes when the model is replaced by another of its name. */
export function modelFingerprintOf(model: ServedModel): string {
  let print = prints.get(model);
  if (print === undefined) {
    const what = `${model.name}\n${String(model.created)}`;
    print = `fp_${createHash("sha256").update(what).digest("hex").slice(0, 10)}`;
    prints.set(model, print);
  }
  return print;
}

type WithTop = NonNullable<TextChunk["likelihoods"]>[number];
/** OpenAI's format of log-probabilities in chats. */
const likelihood = ({ text, bytes, logprob }: TokenLikelihood) => ({ token: text, logprob, bytes });
export const chatLogprobs = (all: readonly WithTop[]) => ({
  content: all.map((one) => ({ ...likelihood(one), top_logprobs: one.top.map(likelihood) })),
  refusal: null,
});
/** Log-probabilities of completions and their prompts; `from`: code points before the first token. */
export function completionLogprobs(all: readonly (WithTop | PromptToken)[], from: number) {
  let offset = from;
  return {
    tokens: all.map(({ text }) => text),
    token_logprobs: all.map(({ logprob }) => logprob),
    top_logprobs: all.map(topOf),
    text_offset: all.map((one) => {
      const here = offset;
      offset += tokenTextLength(one);
      return here;
    }),
  };
}
/** The most probable tokens, plus the token itself. */
function topOf({ text, logprob, top }: WithTop | PromptToken): Readonly<Record<string, number>> | null {
  if (!top) return null;
  const all = Object.fromEntries(top.map((one) => [one.text, one.logprob]));
  return logprob === null || Object.hasOwn(all, text)
    ? all
    : Object.fromEntries([...Object.entries(all), [text, logprob]]);
}
/** Code points of its text; 0 for special tokens, such as that at the start of a prompt. */
export function tokenTextLength(one: WithTop | PromptToken): number {
  return "special" in one && one.special ? 0 : [...one.text].length;
}
