/** What of a training outlives the page: what is kept of it, a warning where nothing is, and what an earlier page left. */
import { byId } from "../app/dom.js";
import { make } from "../app/make.js";
import type { Keeping, Left } from "./protocol.js";

/** `lost`: whether a training is here that the page would take along. */
export class Staying {
  #kept: Keeping | null = null;

  constructor(lost: () => boolean) {
    window.addEventListener("beforeunload", (event) => {
      if (!this.stays && lost()) event.preventDefault();
    });
  }

  get stays(): boolean {
    return this.#kept !== null && "step" in this.#kept;
  }

  /** Null: a training begins. */
  told(kept: Keeping | null): void {
    this.#kept = kept;
    byId("train-kept").textContent =
      kept === null
        ? ""
        : "step" in kept
          ? `Kept in this browser as it was after step ${String(kept.step)}, for when the page is opened again.`
          : `It is not kept: ${kept.why}. What it learns is lost when the page is left.`;
  }
}

/** Null: nothing was left. */
export function showLeft(left: Left | null, o: { goOn(left: Left): void; forget(left: Left): void }): void {
  const about = byId("train-left");
  if (!left) return about.replaceChildren();
  const { name, step, of, ended, at } = left;
  const when = new Date(at).toLocaleString();
  const stands = ended
    ? `was trained here (${String(step)} steps, ${when}).`
    : `stands at step ${String(step)} of ${String(of)} (${when}).`;
  const button = (id: string, text: string, does: (left: Left) => void): HTMLElement =>
    make("button", { id, type: "button", onclick: () => (about.replaceChildren(), does(left)) }, text);
  about.replaceChildren(
    make("span", {}, `A training that was left: ${name} ${stands} `),
    button("take-up", ended ? "Open it" : "Go on with it", o.goOn),
    " ",
    button("forget-left", "Forget it", o.forget),
  );
}
