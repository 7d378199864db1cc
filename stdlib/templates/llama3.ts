import { defineWord } from "#dsl/language/types/define.js";
import type { ChatTemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

export const word = defineWord({
  kind: "template",
  name: "llama3",
  doc: "Turns after `<|start_header_id|>role<|end_header_id|>`, ended by `<|eot_id|>`, as LLaMA 3 writes them.",
  example: 'model helper { base: "meta-llama/Llama-3.2-1B-Instruct", task: chat, template: llama3 }',
  parameters: [],
  load: () => Promise.resolve(llama3),
});

const header = (role: string): string => `<|start_header_id|>${role}<|end_header_id|>\n\n`;

const llama3: ChatTemplateImplementation = {
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
