/** Creates an element with properties and children; text is inserted as text, never as HTML. */
export function makeElement<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Parses JSON that the page's own build wrote into it; it is trusted to have the shape `T`. */
export function embeddedJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
