/** The parameter `ignore` of words that read conversations. */
export const ignoreParameter = {
  name: "ignore",
  type: { is: "list", of: { is: "text" } },
  doc: "Fields of turns, and columns beside them, that are left out: `ignore: [reasoning_content, tools]`.",
  default: { derived: "nothing is left out", from: () => null },
  why: "What a model would read and isn't built is an error, so that nothing is lost unnoticed.",
  impact: "medium",
} as const;
