/** Prompts of models that generate: a text, or a conversation whose last message is to be answered. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readMessages } from "#stdlib/conversations/turns.run.js";
import type { Message } from "#stdlib/conversations/kind.js";
import { conversationText } from "../data/rows/conversations.js";
import { renderConversationPrompts, type ChatEncodingOptions } from "../data/encoding/chat.js";
import type { ContinueOptions, ContinuationPiece } from "./continue-texts.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";

/** A text is a single user message to a chat model. */
export type ModelPrompt = string | readonly Message[];

/** Returns a prompt as one text, for display next to the answer. */
export function promptDisplayText(prompt: ModelPrompt): string {
  return typeof prompt === "string" ? prompt : conversationText(prompt);
}

export interface RenderedPrompts {
  readonly texts: readonly string[];
  /** Adds no special tokens: the template has written them. */
  readonly tokenizer: ContinueOptions["tokenizer"];
  /** Tokens and strings that end an answer, in addition to the end tokens of the model's configuration. */
  readonly ends: readonly number[];
  readonly stop: readonly string[];
}

export async function renderPrompts(
  chat: ChatEncodingOptions,
  prompts: readonly ModelPrompt[],
): Promise<RenderedPrompts> {
  const texts = await renderConversationPrompts(
    chat,
    prompts.map((prompt, i) => ({
      row: i + 1,
      messages: typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt,
    })),
  );
  const { tokenizer, renderer } = chat;
  const encode = async (texts: readonly string[]) => (await tokenizer.encodePlaced(texts)).map(({ ids }) => ids);
  const stop = await renderer.stop(tokenizer.specials);
  const id = tokenizer.idOf(stop);
  return {
    texts,
    tokenizer: { ...tokenizer, encode, frame: { before: [], after: [] } },
    ends: id === null ? [] : [id],
    // A stop string that is not a single token is matched in the generated text.
    stop: id === null && stop !== "" ? [stop] : [],
  };
}

/**
 * Parses the value of a TypeScript cell: a text, a conversation, or a list of them. Throws the coded errors
 * `texts-expected` and `bad-conversation`.
 */
export function parsePrompts(given: unknown): readonly ModelPrompt[] {
  if (typeof given === "string") return [given];
  if (!Array.isArray(given)) throw new CodedError("texts-expected", { got: typeof given });
  if (given.length > 0 && given.every(isRecord)) return [messagesOf(given, 1)];
  return given.map((one: unknown, i) => {
    if (typeof one === "string") return one;
    if (Array.isArray(one)) return messagesOf(one, i + 1);
    throw new CodedError("texts-expected", { got: `${typeof one} at position ${String(i)}` });
  });
}

function messagesOf(value: unknown, row: number): readonly Message[] {
  const messages = readMessages(value);
  if ("refused" in messages)
    throw new CodedError("bad-conversation", { column: "messages", row, why: messages.refused });
  return messages;
}

/** Returns the conversation up to its last user message, which the model is to answer. */
export function conversationToLastUserMessage(messages: readonly Message[]): readonly Message[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.slice(0, last + 1);
}

// A model's prediction or generated text, as returned to a cell.

/** Prediction of a task that reads texts; the task adds further fields (capability `prediction` of its word). */
export interface TextTaskPrediction {
  readonly text: string;
  readonly text_pair?: string;
}
/** A text and the model's continuation. */
export interface WrittenContinuation {
  readonly text: string;
  readonly continuation: string;
  readonly tokens: number;
  /** Why it ended: the model's end token, `max_tokens`, or a stop string. */
  readonly ended: "end" | "length" | "stop";
}

/** Joins the pieces of one text. */
export class ContinuationCollector {
  private continuation = "";
  private tokens = 0;
  private ended: WrittenContinuation["ended"] = "length";
  constructor(private readonly text: string) {}
  add(piece: ContinuationPiece): void {
    this.continuation += piece.text;
    this.tokens += piece.tokens.length;
    if (piece.ended !== null) this.ended = piece.ended;
  }
  written(): WrittenContinuation {
    return { text: this.text, continuation: this.continuation, tokens: this.tokens, ended: this.ended };
  }
}

// Input of a question-answering model: a question and the context that may contain its answer.

/** A question in a cell. */
export interface ContextQuestion {
  readonly question: string;
  readonly context: string;
}

export function readsContexts(task: Call): boolean {
  return registry.find("task", task.word)?.capabilities?.roles.includes("context") === true;
}

/**
 * Parses one question, a list, or an arquero table with the columns `question` and `context`. Throws the coded error
 * `questions-expected`.
 */
export function parseQuestions(given: unknown, model: string): readonly (readonly [string, string])[] {
  const list: unknown = isTable(given) ? fromTable(given) : Array.isArray(given) && !isPair(given) ? given : [given];
  return (list as readonly unknown[]).map((one, i) => {
    if (isPair(one)) return one;
    const { question, context } = (typeof one === "object" && one !== null ? one : {}) as Partial<ContextQuestion>;
    if (typeof question === "string" && typeof context === "string") return [question, context];
    throw new CodedError("questions-expected", { model, at: i + 1 });
  });
}

export function isPair(one: unknown): one is readonly [string, string] {
  return Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "string");
}
function isTable(value: unknown): value is { array(name: string): Iterable<unknown> } {
  return typeof value === "object" && value !== null && "array" in value && typeof value.array === "function";
}
function fromTable(table: { array(name: string): Iterable<unknown> }): readonly (readonly [string, string])[] {
  const contexts = Array.from(table.array("context"), String);
  return Array.from(table.array("question"), String).map((question, i) => [question, contexts[i]!]);
}
