/** The statement that opens a finished run as a model. */
import { basename } from "node:path";
import { registry } from "#stdlib/registry.js";

/**
 * Returns `model NAME { load: "runs/ID" }`. The path is relative to the notebook's folder. `cells`: all code of the
 * notebook; a name that occurs in any of it, in either language, is considered taken.
 */
export function loadStatementText(root: string, id: string, run: string, cells: readonly string[]): string {
  const words = new Set(cells.flatMap((text) => text.match(/[\p{ID_Start}_$][\p{ID_Continue}$]*/gu) ?? []));
  const taken = (name: string): boolean =>
    words.has(name) || words.has(`$${name}`) || registry.find("verb", name) !== undefined;
  const plain = run.normalize("NFC").replace(/[^\p{ID_Continue}]/gu, "_");
  const name = /^[\p{ID_Start}_]/u.test(plain) ? plain : `run_${plain}`;
  let free = name;
  for (let n = 2; taken(free); n++) free = `${name}_${n}`;
  return `model ${free} { load: ${JSON.stringify(`${basename(root)}/${id}`)} }`;
}
