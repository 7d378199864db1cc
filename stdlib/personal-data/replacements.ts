/** Replacements for personal data. */
export const redactionReplacements = ["mask", "remove", "hash", "pseudonyms"] as const;
export type RedactionReplacement = (typeof redactionReplacements)[number];
