/** A path as one word of a command that a person copies: quoted where a shell would read more in it, never an option. */
export function quoteForShell(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
