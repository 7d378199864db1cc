/**
 * The kernel's end of the comm `tunebook.sweep`: a front end opens it with the id in a sweep's output, gets the
 * progress of its trials while the cell runs, and may stop or start trials. Several front ends may show one sweep.
 */
import type { SweepControls } from "../../../../display/sweeps/sweep-controls.js";
import type { ControlsHost } from "../../../../session/execution-context.js";
import { sweepTarget, type SweepSnapshot, type SweepReply } from "../../ports/sweep-contract.js";
import type { Comm, CommHandlers, CommOpened } from "../../ports/comms.js";
import { contentOrEmpty, faultText, createCommOffers } from "./offered-content.js";

export function sweepControlsHost(register: (target: string, opened: CommOpened) => void): ControlsHost {
  return createCommOffers(register, sweepTarget, opened);
}

function opened(sweep: SweepControls, comm: Comm): CommHandlers {
  const { now, settings } = sweep;
  comm.send({ method: "update", state: { ...now, settings } satisfies SweepSnapshot });
  const end = sweep.onShown(() => comm.send({ method: "update", state: sweep.now }));
  return { message: ({ data }) => take(sweep, comm, contentOrEmpty(data["content"])), closed: end };
}

function take(sweep: SweepControls, comm: Comm, { ask, id, trial, changes }: Readonly<Record<string, unknown>>): void {
  if (typeof id !== "number" || typeof trial !== "number") return;
  const reply = (content: SweepReply): void => comm.send({ method: "custom", content });
  try {
    if (ask === "stop") sweep.stop(trial);
    else if (ask === "clone" || ask === "change") sweep[ask](trial, textsIn(changes));
    else if (ask === "trial") {
      const found = sweep.trialSummary(trial);
      return reply(found ? { id, trial: found } : { id, fault: `${sweep.name} has no trial ${String(trial)}` });
    } else return;
    reply({ id, did: ask });
  } catch (error) {
    reply({ id, fault: faultText(error) });
  }
}

function textsIn(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(contentOrEmpty(value)).map(([name, text]) => [name, String(text)]));
}
