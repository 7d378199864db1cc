/** A system's turn stands within the first question. */
import type { TemplateImplementation } from "../kinds/conversation.js";
import { notInTurns, said } from "../lib/templates/turns.js";

export const llama2: TemplateImplementation = {
  pieces(turns, { specials }) {
    const [first] = turns;
    const system = first?.role === "system" ? `<<SYS>>\n${said(first)}\n<</SYS>>\n\n` : "";
    const own = system ? turns.slice(1) : turns;
    const refused = notInTurns(own);
    if (refused !== undefined) return { refused };
    return own.flatMap((turn, i) => {
      if (turn.role === "user")
        return [{ text: `${specials.bos}[INST] ${`${i === 0 ? system : ""}${said(turn)}`.trim()} [/INST]` }];
      const answer = i + (system ? 1 : 0);
      return [{ text: " " }, { text: `${said(turn).trim()} ${specials.eos}`, answer }];
    });
  },
  stop: ({ eos }) => eos,
};
