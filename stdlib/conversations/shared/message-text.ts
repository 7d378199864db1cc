/** Converts messages to text. */
import type { Message } from "../kind.js";

/** Returns the content as one text: text parts joined, "" for null. */
export function contentText({ content }: Pick<Message, "content">): string {
  if (content === null) return "";
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

/** Returns the content, followed by its context text if there is one. */
export function messageText(message: Message): string {
  const text = contentText(message);
  return message.context === undefined ? text : `${text}\n\n${message.context}`;
}

/** Counts the characters in the contents and tool calls of a conversation. */
export function conversationLength(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => {
    const calls = message.tool_calls ? JSON.stringify(message.tool_calls).length : 0;
    return sum + contentText(message).length + calls;
  }, 0);
}
