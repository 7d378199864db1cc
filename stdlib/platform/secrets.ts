/** What the environment holds under a name; undefined: nothing. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}
