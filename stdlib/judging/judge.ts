/**
 * Interfaces of metrics that ask a judge model which of two texts is better: its service, the messages and the verdict.
 */
import type { Call } from "#dsl/language/types/value.js";

/** The judge's service, in OpenAI's format. */
export interface JudgeService {
  /** Base URL without a trailing slash: `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  readonly model: string;
  /** Environment variable with the API key; null if none is needed. */
  readonly env: string | null;
  /** Maximum number of concurrent requests. */
  readonly atOnce: number;
  /** Timeout of one answer, in milliseconds. */
  readonly patience: number;
  readonly maxTokens: number;
}
export interface JudgedPair {
  /** The prompt that both texts answer; null if unknown. */
  readonly question: string | null;
  readonly a: string;
  readonly b: string;
}
export interface JudgeMessage {
  readonly role: "system" | "user";
  readonly content: string;
}
export type Verdict = "a" | "b" | "tie";
export interface JudgeImplementation {
  service(call: Call): JudgeService;
  messages(call: Call, pair: JudgedPair): readonly JudgeMessage[];
  /** Returns the verdict; null if the answer has none. */
  verdict(answer: string): Verdict | null;
}
