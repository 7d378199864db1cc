import type { TemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

const header = (role: string): string => `<|start_header_id|>${role}<|end_header_id|>\n\n`;

export const llama3: TemplateImplementation = {
  render: (messages, { specials, addGenerationPrompt }) => [
    { text: specials.bos },
    ...messages.flatMap((message, i) => [
      { text: header(message.role) },
      { text: `${messageText(message).trim()}<|eot_id|>`, ...(message.role === "assistant" && { answer: i }) },
    ]),
    ...(addGenerationPrompt ? [{ text: header("assistant") }] : []),
  ],
  stop: () => "<|eot_id|>",
};
