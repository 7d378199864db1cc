/**
 * Defines when two texts are equal: after NFKC, case folding and collapsing of white space. `drop_duplicates` and the
 * check for leaks between splits share this rule, so that the cleaner always removes what the check finds.
 */
export function normalizedText(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replace(/\s+/gu, " ").trim();
}

/**
 * Returns the texts of a row as one key. A pair is equal only if both sides are; a conversation only if all its turns
 * are. For rows with a target text, the key is the input alone: an input that was seen in training is no valid test,
 * whatever its target. A question is equal only for the same context.
 */
export function rowTextKey(values: Readonly<Record<string, unknown>>): string {
  const request = values["messages"] ?? values["input"];
  if (values["text"] === undefined && request !== undefined) return normalizedText(stringOf(request));
  const pair = values["text_pair"] ?? values["context"];
  const text = normalizedText(stringOf(values["text"] ?? values["question"]));
  return pair === undefined || pair === null ? text : `${text}\u0000${normalizedText(stringOf(pair))}`;
}

function stringOf(value: unknown): string {
  return value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value as string | number);
}
