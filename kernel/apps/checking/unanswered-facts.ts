/**
 * Note on parts of a notebook that are not checked because they depend on values of TypeScript cells, which exist only
 * at run time.
 */
export function uncheckedTypeScriptValuesNote(names: readonly string[]): string {
  const list = names.map((name) => `\`$${name}\``).join(", ");
  return `not checked: statements that depend on ${list}, whose ${names.length > 1 ? "values" : "value"} a TypeScript cell computes`;
}
