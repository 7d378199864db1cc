/**
 * The kernel's end of the comm `tunebook.annotate`: a front end opens it with the desk that a cell showed, and is told rows and
 * what became of each decision. Messages are those of Jupyter widgets (`update`, `custom`), so that what draws the desk is a
 * module of anywidget's shape. Several front ends may show one desk.
 */
import type { Desk, Doing } from "../../../core/data/annotated/desk.js";
import type { Label } from "../../../core/data/annotated/line.js";
import type { DeskHost } from "../../../session/stage.js";
import { annotateTarget, type DeskReply } from "../../wire/comms/annotate-contract.js";
import type { Comm, CommHandlers, CommOpened } from "../../wire/comms/comms.js";
import { contentOf, faultOf, offering } from "./offered.js";

/** Rows that a front end is told at a time. */
const WINDOW = 200;

interface Open {
  readonly desk: Desk;
  readonly comms: Set<Comm>;
}

/** `register`: of comm targets; called once, when the first desk is there. */
export function deskHost(register: (target: string, opened: CommOpened) => void): DeskHost {
  const desks = offering<Open>(register, annotateTarget, opened);
  return { offer: (desk) => desks.offer({ desk, comms: new Set() }) };
}

function opened(open: Open, comm: Comm): CommHandlers {
  open.comms.add(comm);
  comm.send({ method: "update", state: open.desk.state });
  return {
    message: ({ data }) => take(open, comm, data["content"]),
    closed: () => void open.comms.delete(comm),
  };
}

function take({ desk, comms }: Open, comm: Comm, content: unknown): void {
  const asked = contentOf(content);
  const { at } = asked;
  switch (asked["ask"]) {
    case "rows": {
      const from = whole(asked["from"]);
      tell([comm], { rows: desk.rows(from, Math.min(from + WINDOW, whole(asked["to"]))), from });
      return;
    }
    case "decide": {
      const doing = doingIn(asked);
      if (typeof at !== "number" || !desk.has(at) || !doing) return;
      attempt(desk, comm, at, () => {
        desk.decide(at, doing);
        tell(comms, { saved: { at, decided: desk.decided(at) }, done: desk.done });
      });
      return;
    }
    case "undo":
      attempt(desk, comm, null, () => {
        const back = desk.undo();
        if (back === null) tell([comm], { nothing: "undo" });
        else tell(comms, { saved: { at: back, decided: desk.decided(back) }, done: desk.done, back });
      });
  }
}

/** What can't be written is told with what stands. */
function attempt(desk: Desk, comm: Comm, at: number | null, work: () => void): void {
  try {
    work();
  } catch (error) {
    const stands = at === null ? {} : { at, decided: desk.decided(at) };
    tell([comm], { fault: faultOf(error), ...stands });
  }
}

function doingIn({ does, label }: Readonly<Record<string, unknown>>): Doing | null {
  if (does === "skip" || does === "drop") return { does };
  const isLabel = typeof label === "string" || (Array.isArray(label) && label.every((one) => typeof one === "string"));
  return does === "label" && isLabel ? { does, label: label as Label } : null;
}

function whole(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
}

function tell(comms: Iterable<Comm>, content: DeskReply): void {
  for (const comm of comms) comm.send({ method: "custom", content });
}
