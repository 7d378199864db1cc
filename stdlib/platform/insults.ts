/** What finds coarse words; null where there is nothing: its list is large. */
export async function loadInsultFinder(): Promise<((text: string) => number) | null> {
  return (await import("../text/probes/insults.js")).findInsult;
}
