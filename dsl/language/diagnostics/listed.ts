/** Lists in messages that are cut say how many more there are. */

/** In a line: the first names. */
export function listNames(
  names: readonly string[],
  { most = 12, total = names.length }: { readonly most?: number; readonly total?: number } = {},
): string {
  const some = names.slice(0, most);
  const more = total - some.length;
  return more > 0 ? `${some.join(", ")} and ${more.toLocaleString("en-US")} more` : some.join(", ");
}

/** The same, each between the marks of code. */
export function listNamesAsCode(names: readonly string[]): string {
  return listNames(names.map((name) => `\`${name}\``));
}

/** As notes, a line each. `of`: how many there are in all. */
export function exampleLines(some: readonly string[], total: number): readonly string[] {
  const more = total - some.length;
  return more > 0 ? [...some, `and ${more.toLocaleString("en-US")} more`] : some;
}
