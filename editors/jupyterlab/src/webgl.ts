// Restores lost WebGL surfaces of figures. A browser keeps about sixteen surfaces and discards the oldest, which turn
// into white boxes. A lost figure is hidden and redrawn as soon as it is visible; figures out of view stay without a
// surface.

/**
 * Maximum redraws while visible: with more visible figures than the browser supports, they would displace each other
 * forever.
 */
const TIMES = 3;
/** Milliseconds before a redraw, since the cause of the loss may continue for a moment. */
const PAUSE = 400;

export class Surfaces {
  #lost = false;
  #seen = false;
  #times = 0;
  readonly #node: HTMLElement;
  readonly #again: () => void;
  readonly #watch: IntersectionObserver;

  /** `again`: redraws the figure from scratch. */
  constructor(node: HTMLElement, again: () => void) {
    this.#node = node;
    this.#again = again;
    // Uses the capture phase, since the event does not bubble.
    node.addEventListener("webglcontextlost", this.#took, true);
    this.#watch = new window.IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)?.isIntersecting ?? false;
      this.#times = 0;
      this.#mend();
    });
    this.#watch.observe(node);
  }

  end(): void {
    this.#node.removeEventListener("webglcontextlost", this.#took, true);
    this.#watch.disconnect();
  }

  readonly #took = (): void => {
    if (this.#lost) return;
    this.#lost = true;
    this.#node.classList.add("tunebook-lost");
    window.setTimeout(() => this.#mend(), PAUSE);
  };

  #mend(): void {
    if (!this.#lost || !this.#seen || this.#times >= TIMES || !this.#node.isConnected) return;
    this.#lost = false;
    this.#times++;
    this.#node.classList.remove("tunebook-lost");
    this.#again();
  }
}
