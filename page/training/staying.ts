/** What of a training outlives the page: what is kept of it, a warning where nothing is, and what an earlier page left. */
import { elementById } from "../app/dom.js";
import { makeElement } from "../app/make.js";
import type { KeepStatus, LeftTraining } from "./protocol.js";

/** `lost`: whether a training is here that the page would take along. */
export class LeaveGuard {
  #kept: KeepStatus | null = null;

  constructor(lost: () => boolean) {
    window.addEventListener("beforeunload", (event) => {
      if (!this.stays && lost()) event.preventDefault();
    });
  }

  get stays(): boolean {
    return this.#kept !== null && "step" in this.#kept;
  }

  /** Null: a training begins. */
  setStatus(status: KeepStatus | null): void {
    this.#kept = status;
    elementById("train-kept").textContent =
      status === null
        ? ""
        : "step" in status
          ? `Kept in this browser as it was after step ${String(status.step)}, for when the page is opened again.`
          : `It is not kept: ${status.why}. What it learns is lost when the page is left.`;
  }
}

/** Null: nothing was left. */
export function showLeftTraining(
  left: LeftTraining | null,
  options: { goOn(left: LeftTraining): void; forget(left: LeftTraining): void },
): void {
  const about = elementById("train-left");
  if (!left) return about.replaceChildren();
  const { name, step, of: steps, ended, at: savedAt } = left;
  const when = new Date(savedAt).toLocaleString();
  const stands = ended
    ? `was trained here (${String(step)} steps, ${when}).`
    : `stands at step ${String(step)} of ${String(steps)} (${when}).`;
  const button = (id: string, text: string, does: (left: LeftTraining) => void): HTMLElement =>
    makeElement("button", { id, type: "button", onclick: () => (about.replaceChildren(), does(left)) }, text);
  about.replaceChildren(
    makeElement("span", {}, `A training that was left: ${name} ${stands} `),
    button("take-up", ended ? "Open it" : "Go on with it", options.goOn),
    " ",
    button("forget-left", "Forget it", options.forget),
  );
}
