/**
 * The kernel's end of the comm `tunebook.annotate`: a front end opens it with the id in a cell's output, and gets rows
 * and the result of each decision. Messages have the form of Jupyter widgets (`update`, `custom`), so that the view is
 * an anywidget module. Several front ends may show one annotation session.
 */
import type { AnnotationSession, AnnotationAction } from "../../../../data/annotations/annotation-session.js";
import type { AnnotationLabel } from "../../../../data/annotations/line.js";
import type { AnnotationHost } from "../../../../session/execution-context.js";
import { annotateTarget, type AnnotationReply } from "../../ports/annotate-contract.js";
import type { Comm, CommHandlers, CommOpened } from "../../ports/comms.js";
import { contentOrEmpty, faultText, createCommOffers } from "./offered-content.js";

/** Maximum rows per message to a front end. */
const WINDOW = 200;

interface Open {
  readonly annotation: AnnotationSession;
  readonly comms: Set<Comm>;
}

/** `register`: registers comm targets; called once, with the first annotation session. */
export function annotationHost(register: (target: string, opened: CommOpened) => void): AnnotationHost {
  const offered = createCommOffers<Open>(register, annotateTarget, opened);
  return { offer: (annotation) => offered.offer({ annotation, comms: new Set() }) };
}

function opened(open: Open, comm: Comm): CommHandlers {
  open.comms.add(comm);
  comm.send({ method: "update", state: open.annotation.state });
  return {
    message: ({ data }) => take(open, comm, data["content"]),
    closed: () => void open.comms.delete(comm),
  };
}

function take({ annotation, comms }: Open, comm: Comm, content: unknown): void {
  const request = contentOrEmpty(content);
  const { at: rowIndex } = request;
  switch (request["ask"]) {
    case "rows": {
      const from = whole(request["from"]);
      tell([comm], { rows: annotation.rows(from, Math.min(from + WINDOW, whole(request["to"]))), from });
      return;
    }
    case "decide": {
      const doing = doingIn(request);
      if (typeof rowIndex !== "number" || !annotation.has(rowIndex) || !doing) return;
      attempt(annotation, comm, rowIndex, () => {
        annotation.decide(rowIndex, doing);
        tell(comms, { saved: { at: rowIndex, decided: annotation.decided(rowIndex) }, done: annotation.done });
      });
      return;
    }
    case "undo":
      attempt(annotation, comm, null, () => {
        const back = annotation.undo();
        if (back === null) tell([comm], { nothing: "undo" });
        else tell(comms, { saved: { at: back, decided: annotation.decided(back) }, done: annotation.done, back });
      });
  }
}

/** Reports an error together with the row's saved decision, which still applies. */
function attempt(annotation: AnnotationSession, comm: Comm, rowIndex: number | null, work: () => void): void {
  try {
    work();
  } catch (error) {
    const stands = rowIndex === null ? {} : { at: rowIndex, decided: annotation.decided(rowIndex) };
    tell([comm], { fault: faultText(error), ...stands });
  }
}

function doingIn({ does, label }: Readonly<Record<string, unknown>>): AnnotationAction | null {
  if (does === "skip" || does === "drop") return { does };
  const isLabel = typeof label === "string" || (Array.isArray(label) && label.every((one) => typeof one === "string"));
  return does === "label" && isLabel ? { does, label: label as AnnotationLabel } : null;
}

function whole(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
}

function tell(comms: Iterable<Comm>, content: AnnotationReply): void {
  for (const comm of comms) comm.send({ method: "custom", content });
}
