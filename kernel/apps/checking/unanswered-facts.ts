/** What is said of a notebook where something depends on values of TypeScript cells, which don't exist before it runs. */
export function unansweredFactsNote(names: readonly string[]): string {
  const list = names.map((name) => `\`$${name}\``).join(", ");
  return `not checked: what depends on ${list}, whose ${names.length > 1 ? "values" : "value"} a TypeScript cell makes`;
}
