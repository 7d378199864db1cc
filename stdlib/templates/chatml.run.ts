import type { TemplateImplementation } from "../conversations/kind.js";
import { messageText } from "../conversations/shared/message-text.js";

export const chatml: TemplateImplementation = {
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
