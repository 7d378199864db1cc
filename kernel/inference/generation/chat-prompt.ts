/** The prompt of a conversation whose next message is generated: rendered by the model's chat template, with tools. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";
import type { ChatEncodingOptions } from "../../data/encoding/chat.js";
import { toolCallFormatOf, type ToolCallFormat } from "./tool-calls/format.js";

/** The format in which the model's template writes tool calls; null if it writes none. */
export function toolCallFormat({ renderer }: ChatEncodingOptions): ToolCallFormat | null {
  return renderer.source === null ? null : toolCallFormatOf(renderer.source);
}

/** `model` is the model's name in errors. Throws the coded errors `conversation-refused` and `broken-template`. */
export async function renderChatPrompt(
  { renderer, tokenizer }: ChatEncodingOptions,
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  model: string,
): Promise<string> {
  const options = { specials: tokenizer.specials, addGenerationPrompt: true, tools };
  const [rendered] = await renderer.renderChats([messages], options);
  const pieces = mustExist(rendered, "a rendered conversation");
  if ("refused" in pieces) throw new CodedError("conversation-refused", { model, why: pieces.refused });
  return pieces.map(({ text }) => text).join("");
}
