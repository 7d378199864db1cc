/** Truncated lists in messages, with the number of omitted items. */

/** Lists the first names on one line. */
export function listNames(
  names: readonly string[],
  { most = 12, total = names.length }: { readonly most?: number; readonly total?: number } = {},
): string {
  const some = names.slice(0, most);
  const more = total - some.length;
  return more > 0 ? `${some.join(", ")} and ${more.toLocaleString("en-US")} more` : some.join(", ");
}

/** Lists the first names, each in backticks. */
export function listNamesAsCode(names: readonly string[]): string {
  return listNames(names.map((name) => `\`${name}\``));
}

/** Lists examples as notes, one per line. `total`: their total number. */
export function exampleLines(some: readonly string[], total: number): readonly string[] {
  const more = total - some.length;
  return more > 0 ? [...some, `and ${more.toLocaleString("en-US")} more`] : some;
}
