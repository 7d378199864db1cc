/** Texts that are no personal data, whatever they look like. Case and blanks around them don't count. */
export type ExceptedTexts = ReadonlySet<string>;

export const comparableText = (text: string): string => text.trim().toLowerCase();
export const exceptedTextSetOf = (texts: readonly string[]): ExceptedTexts => new Set(texts.map(comparableText));
