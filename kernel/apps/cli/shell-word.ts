/**
 * Quotes a path as one shell word that a person can copy: quoted if the shell would interpret it, and never taken as an
 * option.
 */
export function quoteForShell(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
