/** Loads the insult finder, whose word list is large; null on platforms without it. */
export async function loadInsultFinder(): Promise<((text: string) => number) | null> {
  return (await import("../text/probes/insults.js")).findInsult;
}
