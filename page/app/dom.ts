/** Elements of the page. Text goes in as text; HTML only from where it is made safe (the kernel's cards, Markdown's renderer). */
import { micromark } from "micromark";
import { makeElement } from "./make.js";

export function elementById<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as E;
}

/** Markdown of the records: raw HTML in it stays text, and addresses that could run something are left out. */
export function markdownElement(text: string): HTMLElement {
  const box = makeElement("div", { className: "page-text" });
  box.innerHTML = micromark(text);
  for (const link of box.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noreferrer" });
  return box;
}
