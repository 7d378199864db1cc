/** What tells the language of a text; null where there is none: what it knows is large. */
export async function loadLanguageDetector(): Promise<((text: string) => string | undefined) | null> {
  return (await import("../text/languages/detect.js")).languageOf;
}
