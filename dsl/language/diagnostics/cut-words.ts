/** Characters of a message, a help, a note or a label. */
export const mostWords = 2000;

/** Words that stay short, whatever they are made of. */
export function cutWords(text: string): string {
  if (text.length <= mostWords) return text;
  // no half of a surrogate pair at the end
  return `${text.slice(0, mostWords).replace(/[\ud800-\udbff]$/, "")}…`;
}
