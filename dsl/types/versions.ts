/** Versions of the vocabulary, `1.2.3`, and of the language, which is counted. */

/** The language that this compiler reads: `tune 1`. */
export const LANGUAGE = 1;

/** Whether `version` is `wanted` or later. What stands behind a hyphen (`0.2.0-dev`) does not count. */
export function reached(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => (text.split("-")[0] ?? "").split(".").map(Number));
  for (let i = 0; i < Math.max(have?.length ?? 0, want?.length ?? 0); i++) {
    const [a, b] = [have?.[i] ?? 0, want?.[i] ?? 0];
    if (a !== b) return a > b;
  }
  return true;
}
