/** Browser replacement for stdlib/platform/turn.ts. */
export function nextEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
