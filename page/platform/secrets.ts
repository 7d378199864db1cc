/** Browser replacement for stdlib/platform/secrets.ts: a page has no environment variables. */
export function environmentVariable(): string | undefined {
  return undefined;
}
