/**
 * Elements of the page. Text is inserted as text. HTML comes only from sources that make it safe (the kernel's cards,
 * the Markdown renderer).
 */
import { micromark } from "micromark";
import { makeElement } from "./make.js";

export function elementById<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as E;
}

/** Renders Markdown of the records: raw HTML stays text, and URLs that could run code are left out. */
export function markdownElement(text: string): HTMLElement {
  const box = makeElement("div", { className: "page-text" });
  box.innerHTML = micromark(text);
  for (const link of box.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noreferrer" });
  return box;
}
