/** What may stand in place of personal data. */
export const redactionReplacements = ["mask", "remove", "hash", "pseudonyms"] as const;
export type RedactionReplacement = (typeof redactionReplacements)[number];
