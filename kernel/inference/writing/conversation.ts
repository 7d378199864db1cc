/** Conversations of clients as a model reads them: turns of any role its own template writes, tools, their calls and answers. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { isRecord } from "#dsl/diagnostics/record.js";
import type { Turn } from "#stdlib/kinds/conversation.js";
import type { Chat } from "../../encoding/chat.js";
import type { ChatTurn, Tool } from "./asked.js";
import { callFormatOf, type CallFormat } from "./calls/format.js";

/** The form in which it calls tools; null: it calls none. */
export function callsOf({ template }: Chat): CallFormat | null {
  return "source" in template ? callFormatOf(template.source) : null;
}

/** The text whose next turn is written. `model`: what errors call it. Coded errors `conversation-refused`, `broken-template`. */
export async function conversationText(
  { template, tokenizer }: Chat,
  turns: readonly ChatTurn[],
  tools: readonly Tool[],
  model: string,
): Promise<string> {
  const { specials } = tokenizer;
  if ("source" in template) {
    const developers = template.source.includes("developer");
    const messages = turns.map((turn) => messageOf(turn, developers));
    const told = await template.told(messages, { specials, tools: tools.map(toolOf) });
    if ("refused" in told) throw new CodedError("conversation-refused", { model, why: told.refused });
    return told.text;
  }
  const pieces = template.pieces(
    turns.map((turn) => usualTurn(turn, model)),
    { specials, prompt: true },
  );
  if ("refused" in pieces) throw new CodedError("conversation-refused", { model, why: pieces.refused });
  return pieces.map(({ text }) => text).join("");
}

/** As transformers' `apply_chat_template` is given it. */
function messageOf({ role, content, name, toolCalls, toolCallId }: ChatTurn, developers: boolean) {
  return {
    // OpenAI's newer name for what templates know as the system's turn.
    role: role === "developer" && !developers ? "system" : role,
    content,
    ...(name !== undefined && { name }),
    ...(toolCalls &&
      toolCalls.length > 0 && {
        tool_calls: toolCalls.map(({ id, name, arguments: written }) => ({
          id,
          type: "function",
          function: { name, arguments: recordIn(written) },
        })),
      }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}
function toolOf({ name, description = "", parameters = { type: "object", properties: {} } }: Tool) {
  return { type: "function", function: { name, description, parameters } };
}
/** Templates write arguments as JSON themselves. */
function recordIn(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : json;
  } catch {
    return json;
  }
}

/** For templates of the vocabulary, which know three roles. */
function usualTurn({ role, content, toolCalls }: ChatTurn, model: string): Turn {
  const usual = role === "developer" ? "system" : role;
  if (toolCalls && toolCalls.length > 0)
    throw new CodedError("conversation-refused", { model, why: "its template writes no calls of tools" });
  if (usual !== "system" && usual !== "user" && usual !== "assistant")
    throw new CodedError("conversation-refused", {
      model,
      why: `its template writes no turn of ${JSON.stringify(role)}`,
    });
  return { role: usual, content };
}
