/**
 * Conversations: the one message type, the readers of conversations in data, and the chat templates that render them.
 */
import type { Call } from "#dsl/language/types/value.js";

export type MessageRole = "system" | "user" | "assistant" | "tool";

/** A part of a message's content. Only text parts are supported. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
}
/** A function call, in the format of OpenAI's chat completions. */
export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  /** `arguments` is JSON text, exactly as the model or the client wrote it. */
  readonly function: { readonly name: string; readonly arguments: string };
}
/** A function that a model may call: the `function` of an entry of OpenAI's `tools`. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** A JSON schema. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/**
 * A message of a conversation, in the shape of OpenAI's chat completions. Data, chat templates, inference and serving share
 * it. Conversations from data hold no tool calls, tool messages or reasoning: `stdlib/conversations` refuses them.
 */
export interface Message {
  readonly role: MessageRole;
  readonly content: string | null | readonly TextPart[];
  /** Name of the speaker or of the tool. */
  readonly name?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ToolCall[];
  /** Of a tool message: the id of the call that it answers. */
  readonly tool_call_id?: string;
  /** Context of the message from a separate column of the data (Alpaca's `input`). */
  readonly context?: string;
  /** False excludes an assistant message from the loss. By default assistant messages are trained. */
  readonly trained?: false;
}

/** Why a row cannot be read as a conversation. */
export interface RowRefusal {
  readonly refused: string;
  /** What to do instead. Defaults to advice on describing the message format with `turns(…)`. */
  readonly help?: string;
  /** An unsupported field with the number of its message (from 1), or an unsupported column. */
  readonly field?: { readonly field: string; readonly turn: number } | { readonly column: string };
}
/** Access to the other columns of the row, and reporting of fields that no model sees. */
export interface RowContext {
  /** Returns a column's value; undefined if there is no such column or if it has a role of its own. */
  column(name: string): unknown;
  unread(field: string): void;
}
/** Reads conversations from columns of data. Pure. */
export interface ConversationImplementation {
  /** Names of the columns that it reads. */
  columns(call: Call): readonly string[];
  /** Reads a conversation; `values` are the row's values of those columns, in the same order. */
  read(call: Call, values: readonly unknown[], context?: RowContext): readonly Message[] | RowRefusal;
}

/** Texts of special tokens that templates use. Empty if the tokenizer has none. */
export interface SpecialTokenTexts {
  readonly bos: string;
  readonly eos: string;
  /** Text that the tokenizer itself puts before every text. */
  readonly opening: string;
  /** All special tokens. */
  readonly all: readonly string[];
}
/**
 * A part of a rendered conversation. `answer` is the index of the message whose answer (with its stop token) this text
 * is.
 */
export interface RenderedPiece {
  readonly text: string;
  readonly answer?: number;
}
/** The rendered text is the pieces joined. `refused` says why the template can't render the conversation. */
export type RenderedChat = readonly RenderedPiece[] | { readonly refused: string };

/** Options that correspond to those of transformers' `apply_chat_template`. */
export interface RenderOptions {
  readonly specials: SpecialTokenTexts;
  /** Appends the start of an assistant message, so that the model answers next. */
  readonly addGenerationPrompt: boolean;
  /** Functions that the model may call. Defaults to none. */
  readonly tools?: readonly ToolDefinition[];
}
/** Renders conversations as text for a model. Pure. */
export interface ChatTemplateImplementation {
  render(messages: readonly Message[], options: RenderOptions): RenderedChat;
  /** The token that ends an answer. */
  stop(specials: SpecialTokenTexts): string;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    conversation: ConversationImplementation;
    template: ChatTemplateImplementation;
  }
}
