/** What may stand in place of personal data. */
export const replacements = ["mask", "remove", "hash", "pseudonyms"] as const;
export type Replacement = (typeof replacements)[number];
