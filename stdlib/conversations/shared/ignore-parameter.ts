/** The parameter `ignore` of words that read conversations. */
export const ignoreParameter = {
  name: "ignore",
  type: { is: "list", of: { is: "text" } },
  doc: "Fields of turns, and other columns, to ignore: `ignore: [reasoning_content, tools]`.",
  default: { derived: "nothing is ignored", from: () => null },
  why: "A field that a model would read but that is not supported is an error, so that nothing is lost unnoticed.",
  impact: "medium",
} as const;
