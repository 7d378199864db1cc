/**
 * Comm targets of the main thread: any code on it (cells, displays) can register targets, whose names are sent to the
 * wire. Packages that a cell imports find the registry at `globalThis[Symbol.for("tunebook.comms")]`, however their
 * modules are loaded.
 */
import { CommRegistry, type CommOpened } from "./comms.js";

class MainComms extends CommRegistry {
  private readonly listeners = new Set<(name: string) => void>();

  override register(target: string, opened: CommOpened): () => void {
    const remove = super.register(target, opened);
    for (const tell of this.listeners) tell(target);
    return remove;
  }

  /** Calls `tell` for all targets, those registered so far and later ones. */
  eachTarget(tell: (name: string) => void): void {
    this.listeners.add(tell);
    this.names().forEach(tell);
  }
}

const place: { [key: symbol]: unknown } = globalThis;
const symbol = Symbol.for("tunebook.comms");
/** The main thread's registry; the runner connects it to the wire. */
export const mainComms = (place[symbol] ??= new MainComms()) as MainComms;

/** Registers a comm target on the main thread: its handlers run between the turns of the cells' event loop. */
export function registerComm(target: string, opened: CommOpened): () => void {
  return mainComms.register(target, opened);
}
