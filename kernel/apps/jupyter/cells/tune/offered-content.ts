/** Offers objects of a cell to front ends: each gets an id, with which a front end opens a comm to it. */
import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Comm, CommHandlers, CommOpened } from "../../ports/comms.js";

/** Maximum objects offered; those of the oldest cells are dropped. */
const MOST = 32;

/** `register`: registers comm targets; called once, at the first offer. `offer` returns the object's id. */
export function createCommOffers<T extends object>(
  register: (target: string, opened: CommOpened) => void,
  target: string,
  opened: (thing: T, comm: Comm) => CommHandlers,
): { offer(thing: T): string } {
  const things = new LRUCache<string, T>({ max: MOST });
  let registered = false;
  return {
    offer(thing) {
      if (!registered) register(target, (comm, { data }) => open(things.get(String(data["desk"])), comm));
      registered = true;
      const id = randomUUID();
      things.set(id, thing);
      return id;
    },
  };

  function open(thing: T | undefined, comm: Comm): CommHandlers {
    if (thing) return opened(thing, comm);
    // The comm counts as open only after this returns.
    queueMicrotask(() => comm.close({ gone: true }));
    return {};
  }
}

/** Formats an error for a front end's reply. */
export function faultText(error: unknown): string {
  if (!(error instanceof CodedError)) return String((error as Error).message);
  const { message, help } = diagnosticText(error);
  return help ? `${message} (${help})` : message;
}

export function contentOrEmpty(value: unknown): Readonly<Record<string, unknown>> {
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}
