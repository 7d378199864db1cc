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
    message: (d) =>
      `${String(d.waiting)} ${d.of ?? "texts"} are already waiting for ${d.model}, and the limit is ${String(d.most)}`,
    help: () => "retry in a moment; or raise the limit `queue` (`--max-queue`), or serve the model on more machines",
    explain:
      "Texts that arrive faster than the model reads them wait in a queue. Its length is limited, so that no client waits for a late answer and memory stays bounded. A text that does not fit is rejected at once, before any of it is read.",
  },
  "text-too-long": {
    severity: "error",
    message: (d) =>
      `text ${String(d.at)} has ${String(d.tokens)} tokens${d.orMore ? " or more" : ""}, but ${d.model} reads at most ${String(d.most)}`,
    help: () => 'shorten it, or send `"truncate": true`',
    explain:
      "A model reads texts up to its training length (`max_length`). The client decides whether a longer text is truncated, which the answer then reports, or rejected, as here.",
  },
};
