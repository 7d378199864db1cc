/** What a cell offers to front ends: each thing has an id, by which a front end opens a comm to it. */
import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Comm, CommHandlers, CommOpened } from "../../ports/comms.js";

/** Things of cells that ran long ago make room. */
const MOST = 32;

/** `register`: of comm targets; called once, when the first thing is there. What `offer` returns is the thing's id. */
export function createOffers<T extends object>(
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
    // It is known as open once this returns.
    queueMicrotask(() => comm.close({ gone: true }));
    return {};
  }
}

/** An error as a front end shows it beside what was asked. */
export function faultText(error: unknown): string {
  if (!(error instanceof CodedError)) return String((error as Error).message);
  const { message, help } = diagnosticText(error);
  return help ? `${message} (${help})` : message;
}

export function contentOf(value: unknown): Readonly<Record<string, unknown>> {
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}
