/** Maximum characters of a message, a help, a note or a label. */
export const maxDiagnosticCharacters = 2000;

/** Truncates a text to the maximum length. */
export function truncateText(text: string): string {
  if (text.length <= maxDiagnosticCharacters) return text;
  // no half of a surrogate pair at the end
  return `${text.slice(0, maxDiagnosticCharacters).replace(/[\ud800-\udbff]$/, "")}…`;
}
