/** Error codes of texts that wait for a batch. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface GatheringCodeData {
  "queue-full": {
    readonly model: string;
    readonly waiting: number;
    readonly most: number;
    /** What is counted. Defaults to texts. */
    readonly of?: "characters";
  };
  "text-too-long": {
    readonly model: string;
    /** Which text of the request, from 1. */
    readonly at: number;
    readonly tokens: number;
    readonly most: number;
    /** Whether it may have more tokens: it was not tokenized to its end. */
    readonly orMore?: boolean;
  };
}

export const gatheringCodes: CodeTable<GatheringCodeData> = {
  "queue-full": {
    severity: "error",
    message: (d) => `${String(d.waiting)} ${d.of ?? "texts"} wait for ${d.model} already, and ${String(d.most)} may`,
    help: () =>
      "ask again in a moment; or raise the limit `queue` (`--max-queue`), or serve the model on more machines",
    explain:
      "Texts that come faster than the model reads them wait in a queue. It has an end, so that nobody waits for an answer that comes too late and memory stays bounded: a text that finds no place is refused at once, and nothing of it was read.",
  },
  "text-too-long": {
    severity: "error",
    message: (d) =>
      `text ${String(d.at)} has ${String(d.tokens)} tokens${d.orMore ? " or more" : ""}, and ${d.model} reads ${String(d.most)}`,
    help: () => 'shorten it, or send `"truncate": true`',
    explain:
      "A model reads texts up to the length that it was trained with (`max_length`). Whoever asks decides whether a longer text is cut there, which the answer then says, or refused, which happened here.",
  },
};
