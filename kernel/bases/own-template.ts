/** A base's own chat template, run in the process apart: it is a program of others, and may not end. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { SpecialTexts, Turn } from "#stdlib/kinds/conversation.js";
import type { Message } from "#stdlib/lib/templates/own.js";
import { apart, ApartFailure, type Apart } from "./isolated/client.js";
import type { Pieces } from "./isolated/protocol.js";

/** As a template of the vocabulary, for many conversations at once. Coded error `broken-template`. */
export interface ForeignTemplate {
  all(
    rows: readonly (readonly Turn[])[],
    o: { readonly specials: SpecialTexts; readonly prompt: boolean },
  ): Promise<readonly Pieces[]>;
  stop(specials: SpecialTexts): Promise<string>;
  /** As transformers' `apply_chat_template` with tools: turns may hold whatever templates read. */
  told(
    messages: readonly Message[],
    o: { readonly specials: SpecialTexts; readonly tools: readonly Message[] },
  ): Promise<{ readonly text: string } | { readonly refused: string }>;
  /** What it is written as. */
  readonly source: string;
}

/** Conversations that are handed over at once. */
const BATCH = 256;

/** `base`: what errors call it. */
export function foreignTemplate(base: string, source: string, host: Apart = apart()): ForeignTemplate {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      if (!(cause instanceof ApartFailure)) throw cause;
      throw new CodedError("broken-template", { base, why: cause.message }, { cause });
    }
  };
  return {
    async all(rows, { specials, prompt }) {
      const written: Pieces[] = [];
      for (let at = 0; at < rows.length; at += BATCH) {
        const part = rows.slice(at, at + BATCH);
        const ask = { source, rows: part, specials, prompt };
        written.push(...(await told(host.ask("pieces", ask, source.length + lengthOf(part)))));
      }
      return written;
    },
    told: (messages, { specials, tools }) =>
      told(host.ask("told", { source, messages, tools, specials }, source.length + JSON.stringify(messages).length)),
    source,
    stop: (specials) => told(host.ask("stop", { source, specials }, source.length)),
  };
}

function lengthOf(rows: readonly (readonly Turn[])[]): number {
  return rows.reduce((sum, turns) => sum + turns.reduce((all, { content }) => all + content.length, 0), 0);
}
