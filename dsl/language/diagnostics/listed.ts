/** Lists in messages that are cut say how many more there are. */

/** In a line: the first names. */
export function listed(
  names: readonly string[],
  { most = 12, of = names.length }: { readonly most?: number; readonly of?: number } = {},
): string {
  const some = names.slice(0, most);
  const more = of - some.length;
  return more > 0 ? `${some.join(", ")} and ${more.toLocaleString("en-US")} more` : some.join(", ");
}

/** The same, each between the marks of code. */
export function listedAsCode(names: readonly string[]): string {
  return listed(names.map((name) => `\`${name}\``));
}

/** As notes, a line each. `of`: how many there are in all. */
export function examples(some: readonly string[], of: number): readonly string[] {
  const more = of - some.length;
  return more > 0 ? [...some, `and ${more.toLocaleString("en-US")} more`] : some;
}
