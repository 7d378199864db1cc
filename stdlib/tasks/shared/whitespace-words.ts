/** A text as words where a task tags words: white space parts them. */
export function whitespaceWords(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}
