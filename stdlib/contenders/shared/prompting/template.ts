/**
 * A prompt template: `Which team? {text}`. A placeholder is a role of the data in braces; doubled braces and other
 * braces are text.
 */

export interface PromptTemplatePlaceholder {
  readonly role: string;
  /** Offset of its opening brace in the template, and its length, in UTF-16 code units. */
  readonly offset: number;
  readonly length: number;
}
export interface PromptTemplate {
  readonly holes: readonly PromptTemplatePlaceholder[];
  /** Fills the template; `values` has one text per placeholder, in order. */
  fill(values: readonly string[]): string;
}

const PIECE = /\{\{|\}\}|\{([\p{L}_][\p{L}\p{N}_]*)\}/gu;

export function parsePromptTemplate(text: string): PromptTemplate {
  const holes: PromptTemplatePlaceholder[] = [];
  const between: string[] = [];
  let [from, before] = [0, ""];
  for (const found of text.matchAll(PIECE)) {
    const [whole, role] = found;
    before += text.slice(from, found.index);
    from = found.index + whole.length;
    if (role === undefined) {
      before += whole[0]!;
      continue;
    }
    between.push(before);
    before = "";
    holes.push({ role, offset: found.index, length: whole.length });
  }
  between.push(before + text.slice(from));
  return {
    holes,
    fill: (values) => between.map((part, i) => (i === 0 ? part : `${values[i - 1]!}${part}`)).join(""),
  };
}
