// Which runs are chosen for the comparison, notebook by notebook. Each has a number that stands for its colour and stays.
import type { NotebookPanel } from "@jupyterlab/notebook";

export const mostChosen = 16;

export class Chosen {
  readonly #byPanel = new WeakMap<NotebookPanel, ReadonlyMap<string, number>>();
  readonly #listeners = new Set<() => void>();

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }
  /** Id → number of its colour. */
  of(panel: NotebookPanel | null): ReadonlyMap<string, number> {
    return (panel && this.#byPanel.get(panel)) || new Map();
  }
  /** False: there is no room for more. */
  toggle(panel: NotebookPanel | null, id: string): boolean {
    const chosen = new Map(this.of(panel));
    if (!chosen.delete(id)) {
      if (chosen.size >= mostChosen) return false;
      const taken = new Set(chosen.values());
      let slot = 0;
      while (taken.has(slot)) slot++;
      chosen.set(id, slot);
    }
    this.#set(panel, chosen);
    return true;
  }
  clear(panel: NotebookPanel | null): void {
    this.#set(panel, new Map());
  }
  #set(panel: NotebookPanel | null, chosen: ReadonlyMap<string, number>): void {
    if (!panel) return;
    this.#byPanel.set(panel, chosen);
    for (const changed of this.#listeners) changed();
  }
}
