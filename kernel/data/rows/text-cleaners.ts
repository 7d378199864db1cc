/**
 * Cleaners that change texts (`lowercase`, `redact`): the model was trained on cleaned texts but predicts on texts as
 * given. Answer offsets refer to the given text, so predictions don't clean; deploying such a model gives a warning.
 */
import type { CodeData } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { callText } from "../../host/value-text.js";

export function textCleaners(clean: readonly Call[]): readonly Call[] {
  return clean.filter(({ word }) => registry.find("cleaner", word)?.capabilities?.changesTexts === true);
}

/** Returns the warning before `reader` (a target, a command) reads uncleaned texts; null: no cleaner changed texts. */
export function uncleanedTextsWarning(
  model: string,
  clean: readonly Call[],
  reader: string,
): CodeData["texts-not-cleaned"] | null {
  const cleaners = textCleaners(clean).map(callText);
  return cleaners.length > 0 ? { model, reader, cleaners } : null;
}

/**
 * Returns how many of the texts the cleaners would change; null if a cleaner can't tell (the key of a hash is missing).
 */
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
