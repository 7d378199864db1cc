/**
 * Converts a diagnostic's sentence to DOM nodes: text between backticks becomes code, and everything is inserted as
 * text.
 */
export function prose(text: string): readonly HTMLElement[] {
  return text.split(/`([^`]*)`/).map((part, i) => {
    const piece = document.createElement(i % 2 === 1 ? "code" : "span");
    piece.textContent = part;
    return piece;
  });
}
