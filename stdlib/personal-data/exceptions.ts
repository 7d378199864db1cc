/** Texts that never count as personal data. Case and surrounding spaces are ignored. */
export type ExceptedTexts = ReadonlySet<string>;

export const comparableText = (text: string): string => text.trim().toLowerCase();
export const exceptedTextSetOf = (texts: readonly string[]): ExceptedTexts => new Set(texts.map(comparableText));
