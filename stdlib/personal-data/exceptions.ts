/** Texts that are no personal data, whatever they look like. Case and blanks around them don't count. */
export type Except = ReadonlySet<string>;

export const comparable = (text: string): string => text.trim().toLowerCase();
export const exceptOf = (texts: readonly string[]): Except => new Set(texts.map(comparable));
