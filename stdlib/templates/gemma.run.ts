import type { TemplateImplementation } from "../kinds/conversation.js";
import { notInTurns, said } from "../lib/templates/turns.js";

export const gemma: TemplateImplementation = {
  pieces(turns, { specials, prompt }) {
    if (turns[0]?.role === "system") return { refused: "gemma's template has no place for a system turn" };
    const refused = notInTurns(turns);
    if (refused !== undefined) return { refused };
    return [
      { text: specials.bos },
      ...turns.flatMap((turn, i) =>
        turn.role === "assistant"
          ? [
              { text: "<start_of_turn>model\n" },
              { text: `${said(turn).trim()}<end_of_turn>`, answer: i },
              { text: "\n" },
            ]
          : [{ text: `<start_of_turn>user\n${said(turn).trim()}<end_of_turn>\n` }],
      ),
      ...(prompt ? [{ text: "<start_of_turn>model\n" }] : []),
    ];
  },
  stop: () => "<end_of_turn>",
};
