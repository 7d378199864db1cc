/** The comm target `tunebook.check`: the lab extension sends `{ id, text }` while a cell is typed and gets its findings back. */
import type { AssistantClient } from "./assistant-client.js";
import type { CommOpened } from "./comms.js";

export const checkTarget = "tunebook.check";

/** A check that fails is answered with no findings and the reason, so that the extension never waits for it. */
export function checkComm(assistant: AssistantClient): CommOpened {
  return (comm) => ({
    message: ({ data }) => {
      const { id, text } = data;
      const answer = (reply: Record<string, unknown>): void => comm.send({ id, ...reply });
      if (typeof text !== "string") return answer({ diagnostics: [], error: "text is not a string" });
      assistant.ask("check", { text }).then(
        ({ diagnostics }) => answer({ diagnostics }),
        (error: unknown) => answer({ diagnostics: [], error: String(error) }),
      );
    },
  });
}
