/**
 * Renders conversations with a chat template: a word of the vocabulary in this process, a base's own Jinja in a
 * sandbox.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {
  Message,
  RenderedChat,
  RenderOptions,
  SpecialTokenTexts,
  ChatTemplateImplementation,
} from "#stdlib/conversations/kind.js";
import { conversationLength } from "#stdlib/conversations/shared/message-text.js";
import { sharedTokenizerSandbox, SandboxError, type TokenizerSandbox } from "./isolated/client.js";

export interface ChatRenderer {
  /** Source of the Jinja template; null for a word of the vocabulary. */
  readonly source: string | null;
  /** Like transformers' `apply_chat_template`, for many conversations at once. Coded error `broken-template`. */
  renderChats(conversations: readonly (readonly Message[])[], options: RenderOptions): Promise<readonly RenderedChat[]>;
  /** Returns the token or text that ends an answer. Coded error `broken-template`. */
  stop(specials: SpecialTokenTexts): Promise<string>;
}

/** Conversations per request to the sandbox. */
const BATCH = 256;

/** A template of the vocabulary. It does not support tools: tool messages and tool calls are refused. */
export function vocabularyTemplateRenderer(template: ChatTemplateImplementation): ChatRenderer {
  return {
    source: null,
    renderChats: (conversations, options) =>
      Promise.resolve(
        conversations.map((messages) => {
          const refused = toolRefusal(messages);
          return refused === null ? template.render(messages, options) : { refused };
        }),
      ),
    stop: (specials) => Promise.resolve(template.stop(specials)),
  };
}

function toolRefusal(messages: readonly Message[]): string | null {
  for (const { role, tool_calls = [] } of messages) {
    if (tool_calls.length > 0) return "its template writes no calls of tools";
    if (role === "tool") return `its template writes no turn of ${JSON.stringify(role)}`;
  }
  return null;
}

/**
 * A Jinja template, rendered in the sandbox process: it is third-party code that may not terminate. `base` names it in
 * errors.
 */
export function sandboxRenderer(
  base: string,
  source: string,
  sandbox: TokenizerSandbox = sharedTokenizerSandbox(),
): ChatRenderer {
  const coded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      if (!(cause instanceof SandboxError)) throw cause;
      throw new CodedError("broken-template", { base, why: cause.message }, { cause });
    }
  };
  return {
    source,
    async renderChats(conversations, options) {
      const rendered: RenderedChat[] = [];
      for (let from = 0; from < conversations.length; from += BATCH) {
        const batch = conversations.slice(from, from + BATCH);
        const characters = batch.reduce((sum, messages) => sum + conversationLength(messages), source.length);
        rendered.push(...(await coded(sandbox.ask("render", { source, conversations: batch, options }, characters))));
      }
      return rendered;
    },
    stop: (specials) => coded(sandbox.ask("stop", { source, specials }, source.length)),
  };
}
