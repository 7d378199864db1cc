// The runs chosen for the comparison, per notebook. Each has a fixed number for its colour.
import type { NotebookPanel } from "@jupyterlab/notebook";

export const mostChosen = 16;

export class Chosen {
  readonly #byPanel = new WeakMap<NotebookPanel, ReadonlyMap<string, number>>();
  readonly #listeners = new Set<() => void>();

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }
  /** Run id → colour number. */
  of(panel: NotebookPanel | null): ReadonlyMap<string, number> {
    return (panel && this.#byPanel.get(panel)) || new Map();
  }
  /** Adds or removes a run; returns false if the maximum is reached. */
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
