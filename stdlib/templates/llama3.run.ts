import type { TemplateImplementation } from "../kinds/conversation.js";
import { said } from "../lib/templates/turns.js";

const header = (role: string): string => `<|start_header_id|>${role}<|end_header_id|>\n\n`;

export const llama3: TemplateImplementation = {
  pieces: (turns, { specials, prompt }) => [
    { text: specials.bos },
    ...turns.flatMap((turn, i) => [
      { text: header(turn.role) },
      { text: `${said(turn).trim()}<|eot_id|>`, ...(turn.role === "assistant" && { answer: i }) },
    ]),
    ...(prompt ? [{ text: header("assistant") }] : []),
  ],
  stop: () => "<|eot_id|>",
};
