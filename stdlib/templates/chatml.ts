import { defineWord } from "#dsl/language/types/define.js";
import type { ChatTemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

export const word = defineWord({
  kind: "template",
  name: "chatml",
  doc: "Turns between `<|im_start|>role` and `<|im_end|>`, as SmolLM2, Qwen and many others write them.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: chat, template: chatml }',
  parameters: [],
  load: () => Promise.resolve(chatml),
});

const chatml: ChatTemplateImplementation = {
  render: (messages, { addGenerationPrompt }) => [
    ...messages.flatMap((message, i) =>
      message.role === "assistant"
        ? [
            { text: "<|im_start|>assistant\n" },
            { text: `${messageText(message)}<|im_end|>`, answer: i },
            { text: "\n" },
          ]
        : [{ text: `<|im_start|>${message.role}\n${messageText(message)}<|im_end|>\n` }],
    ),
    ...(addGenerationPrompt ? [{ text: "<|im_start|>assistant\n" }] : []),
  ],
  stop: () => "<|im_end|>",
};
