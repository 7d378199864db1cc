/** A sentence of a diagnostic as nodes: what stands between backticks is set as code, all of it is text. */
export function prose(text: string): readonly HTMLElement[] {
  return text.split(/`([^`]*)`/).map((part, i) => {
    const piece = document.createElement(i % 2 === 1 ? "code" : "span");
    piece.textContent = part;
    return piece;
  });
}
