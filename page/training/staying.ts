/**
 * What survives the page: the stored state of a training, a warning if it is not stored, and a training left by an
 * earlier page.
 */
import { elementById } from "../app/dom.js";
import { makeElement } from "../app/make.js";
import type { TrainingStorageStatus, StoredTraining } from "./protocol.js";

/** @param lost whether leaving the page would lose a training */
export class LeaveGuard {
  #kept: TrainingStorageStatus | null = null;

  constructor(lost: () => boolean) {
    window.addEventListener("beforeunload", (event) => {
      if (!this.stays && lost()) event.preventDefault();
    });
  }

  get stays(): boolean {
    return this.#kept !== null && "step" in this.#kept;
  }

  /** Null when a training starts. */
  setStatus(status: TrainingStorageStatus | null): void {
    this.#kept = status;
    elementById("train-kept").textContent =
      status === null
        ? ""
        : "step" in status
          ? `Kept in this browser as it was after step ${String(status.step)}, for when the page is opened again.`
          : `It is not kept: ${status.why}. What it learns is lost when the page is left.`;
  }
}

/** Null if there is none. */
export function showStoredTraining(
  left: StoredTraining | null,
  options: { goOn(left: StoredTraining): void; forget(left: StoredTraining): void },
): void {
  const about = elementById("train-left");
  if (!left) return about.replaceChildren();
  const { name, step, of: steps, ended, at: savedAt } = left;
  const when = new Date(savedAt).toLocaleString();
  const stands = ended
    ? `was trained here (${String(step)} steps, ${when}).`
    : `stands at step ${String(step)} of ${String(steps)} (${when}).`;
  const button = (id: string, text: string, does: (left: StoredTraining) => void): HTMLElement =>
    makeElement("button", { id, type: "button", onclick: () => (about.replaceChildren(), does(left)) }, text);
  about.replaceChildren(
    makeElement("span", {}, `A training that was left: ${name} ${stands} `),
    button("take-up", ended ? "Open it" : "Go on with it", options.goOn),
    " ",
    button("forget-left", "Forget it", options.forget),
  );
}
