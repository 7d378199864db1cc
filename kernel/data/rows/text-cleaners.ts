/**
 * Cleaners that change texts (`lowercase`, `redact`): a model that learned from cleaned texts is asked about texts as they come.
 * Offsets of answers are those of the text that was asked, so nothing is cleaned there; whoever deploys the model is warned.
 */
import type { CodeData } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { callText } from "../../host/value-text.js";

export function textCleaners(clean: readonly Call[]): readonly Call[] {
  return clean.filter(({ word }) => registry.find("cleaner", word)?.capabilities?.changesTexts === true);
}

/** What to warn of before texts are read uncleaned by `reader` (a target, a command); null: no cleaner changed texts. */
export function uncleanedTextsWarning(
  model: string,
  clean: readonly Call[],
  reader: string,
): CodeData["texts-not-cleaned"] | null {
  const cleaners = textCleaners(clean).map(callText);
  return cleaners.length > 0 ? { model, reader, cleaners } : null;
}

/** How many of the texts the cleaners would change; null: a cleaner cannot say (the key of a hash is missing). */
export async function countChangedTexts(
  clean: readonly Call[],
  texts: readonly (string | readonly [string, string])[],
): Promise<number | null> {
  try {
    const steps = await Promise.all(
      textCleaners(clean).map(async (call) => (await implementationOf(registry, "cleaner", call.word)).start(call)),
    );
    const changes = (text: string): boolean => {
      const values = { text };
      return steps.some((step) => {
        const cleaned = step({ row: 1, values });
        return "values" in cleaned && cleaned.values["text"] !== text;
      });
    };
    return texts.filter((text) => [text].flat().some(changes)).length;
  } catch {
    return null;
  }
}
