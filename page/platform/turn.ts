/** Browser replacement for stdlib/platform/turn.ts. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
