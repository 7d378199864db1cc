/**
 * When two texts count as the same: equal after NFKC, case folding and collapsing of white space. `drop_duplicates` and the
 * check for leaks between splits share this rule, so that the first is always a cure for what the second finds.
 */
export function normalizedText(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replace(/\s+/gu, " ").trim();
}

/**
 * The texts of a row as one key: a pair is the same only when both sides are; a conversation, when all its turns are. Of rows
 * that teach to write a text, the input alone: a model that saw it in training is not tested by it, whatever it should write.
 * A question is the same where it is asked of the same context.
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
