/** Loads the language detector, whose data is large; null on platforms without it. */
export async function loadLanguageDetector(): Promise<((text: string) => string | undefined) | null> {
  return (await import("../text/languages/detect.js")).languageOf;
}
