/** What stands in a browser for stdlib/platform/secrets.ts: a page has no environment. */
export function environmentVariable(): string | undefined {
  return undefined;
}
