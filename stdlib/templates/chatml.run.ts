import type { TemplateImplementation } from "../kinds/conversation.js";
import { said } from "../lib/templates/turns.js";

export const chatml: TemplateImplementation = {
  pieces: (turns, { prompt }) => [
    ...turns.flatMap((turn, i) =>
      turn.role === "assistant"
        ? [{ text: "<|im_start|>assistant\n" }, { text: `${said(turn)}<|im_end|>`, answer: i }, { text: "\n" }]
        : [{ text: `<|im_start|>${turn.role}\n${said(turn)}<|im_end|>\n` }],
    ),
    ...(prompt ? [{ text: "<|im_start|>assistant\n" }] : []),
  ],
  stop: () => "<|im_end|>",
};
