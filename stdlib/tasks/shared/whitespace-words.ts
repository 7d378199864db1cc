/** Splits a text into words at whitespace, for tasks that tag words. */
export function whitespaceWords(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}
