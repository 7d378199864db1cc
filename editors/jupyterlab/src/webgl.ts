// Pictures that a browser draws by WebGL: it keeps about sixteen of their surfaces alive, and takes the oldest away, which then are white
// boxes. One that was taken is hidden, and drawn again as soon as it is looked at; what is out of sight does without.

/** Times that one is drawn again while it is in sight: more of them in sight at once than a browser can do would take turns for ever. */
const TIMES = 3;
/** Milliseconds until then: whatever took it may go on taking. */
const PAUSE = 400;

export class Surfaces {
  #lost = false;
  #seen = false;
  #times = 0;
  readonly #node: HTMLElement;
  readonly #again: () => void;
  readonly #watch: IntersectionObserver;

  /** `again`: draws it from the beginning. */
  constructor(node: HTMLElement, again: () => void) {
    this.#node = node;
    this.#again = again;
    // It doesn't bubble.
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
