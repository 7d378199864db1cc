/**
 * One line for work other than training: a download, reading rows, counting tokens, scoring predictions. It appears
 * after a second, is updated in place at most five times a second, and finally shows the duration.
 */
import { FRAME_STYLE, html, toneColors, type DisplayOutput } from "../display/html.js";
import type { ProgressUpdate } from "../host/host-context.js";
import { progressBar } from "../display/progress.js";
import { displayOutputOf } from "../display/bundle.js";
import { barText, groupedNumber, durationText } from "../host/value-text.js";
import type { OutputScreen } from "./live-training.js";

const AFTER = 1000;
const EVERY = 200;

export class ProgressLine {
  private label = "";
  private begun = 0;
  private drawnAt = 0;
  private last: ProgressUpdate | null = null;
  private shown = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly id: string;

  /**
   * @param id distinguishes its lines from those of other cells
   * @param clock time in milliseconds
   */
  constructor(
    private readonly screen: OutputScreen,
    id: string,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.id = `${id}-progress`;
  }

  on(progress: ProgressUpdate): void {
    const now = this.clock();
    if (progress.label !== this.label) {
      this.end();
      this.label = progress.label;
      this.begun = now;
      // Work that reports no progress is shown all the same.
      if (progress.total === 1) this.timer = setTimeout(() => this.last && this.draw(this.last), AFTER).unref();
    }
    this.last = progress;
    if (progress.total === 1 && progress.done === 1) {
      this.end();
      return;
    }
    if (now - this.begun < AFTER || now - this.drawnAt < EVERY) return;
    this.draw(progress);
  }

  private draw(progress: ProgressUpdate): void {
    this.drawnAt = this.clock();
    this.show(lineOf(progress));
  }

  /** Ends the work: its line shows the duration. Work that was never shown leaves no line. */
  end(): void {
    clearTimeout(this.timer);
    if (this.shown && this.last) this.show(lineOf(this.last, this.clock() - this.begun));
    this.shown = false;
    this.last = null;
    this.label = "";
  }

  private lines = 0;
  private show({ text, share, over }: Line): void {
    if (!this.shown) this.lines++;
    const id = `${this.id}-${String(this.lines)}`;
    const words = share === null || over ? text : `${barText(share, 20).padEnd(20, "░")}  ${text}`;
    const shown = displayOutputOf(
      words,
      html`<div style="${FRAME_STYLE};opacity:${over ? ".72" : "1"}">
        <div style="font-variant-numeric:tabular-nums">${text}</div>
        ${share !== null && !over && progressBar(share, toneColors.accent)}
      </div>`,
      {},
      id,
    ) as DisplayOutput & { readonly id: string };
    if (this.shown) this.screen.update(shown);
    else this.screen.display(shown);
    this.shown = true;
  }
}

interface Line {
  readonly text: string;
  /** Null if the total is unknown. */
  readonly share: number | null;
  readonly over: boolean;
}
function lineOf({ label, done, total }: ProgressUpdate, took?: number): Line {
  if (total === 1)
    return took === undefined
      ? { text: `${label} …`, share: null, over: false }
      : { text: `${label} in ${durationText(took / 1000)}`, share: null, over: true };
  const progress = total === null ? groupedNumber(done) : `${groupedNumber(done)} of ${groupedNumber(total)}`;
  return took === undefined
    ? {
        text: `${label}: ${progress}`,
        share: total === null || total <= 0 ? null : Math.min(1, done / total),
        over: false,
      }
    : { text: `${label}: ${groupedNumber(done)} in ${durationText(took / 1000)}`, share: null, over: true };
}
