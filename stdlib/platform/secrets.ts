/** Returns the value of an environment variable; undefined if it is not set or empty. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}
