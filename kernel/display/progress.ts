/** State of a running training: one line, updated in place at most ten times a second. */
import { displayOutputOf } from "./bundle.js";
import { type DisplayOutput, card, html, toneColors, type Html } from "./html.js";
import { epsilonText } from "./curves/time-spent.js";
import { outcomeLine } from "./outcome.js";
import { barText, groupedNumber, durationText, formatPercent, significantText } from "../host/value-text.js";

export interface ProgressState {
  /** Completed steps, of `steps` in total. */
  readonly step: number;
  readonly steps: number;
  /** Current epoch, from 1; null: a step is a federated round. */
  readonly epoch: number | null;
  readonly epochs?: number | null;
  readonly loss: number | null;
  /** Spent ε of a private training. */
  readonly epsilon?: number;
  readonly tokensPerSecond: number | null;
  readonly etaSeconds: number | null;
  /** For a training in several processes: the share of time spent in communication and waiting. */
  readonly communication?: { readonly share: number; readonly waiting: number };
  /** An interrupt was received: the current step ends and its checkpoint is written. */
  readonly stopping?: boolean;
  /** The run has ended: the reason, and its duration. */
  readonly stopped?: { readonly reason: "done" | "early" | "interrupted" | "failed"; readonly seconds: number };
  /** Used worker time, formatted. */
  readonly used?: string;
  readonly outcome?: readonly string[];
  /** Current activity instead of a step: `validating`, `writing checkpoint`. */
  readonly doing?: string;
}

export function progressView(state: ProgressState, { id }: { readonly id?: string } = {}): DisplayOutput {
  const share = state.steps > 0 ? Math.min(1, state.step / state.steps) : 0;
  const words = wordsOf(state);
  const color =
    state.stopping || state.stopped?.reason === "interrupted"
      ? toneColors.warn
      : state.stopped?.reason === "failed"
        ? toneColors.bad
        : state.stopped
          ? toneColors.good
          : toneColors.accent;
  return displayOutputOf(
    `${barText(share, 20).padEnd(20, "░")}  ${words.join(" · ")}`,
    card(null, announced(outcomeLine(words), state), progressBar(share, color)),
    {},
    id,
  );
}

/** Screen readers announce the line when the training stops; ten announcements a second would be noise. */
function announced(line: Html, { stopped, stopping }: ProgressState): Html {
  return stopped || stopping ? html`<div role="status" aria-live="polite">${line}</div>` : line;
}

/** Progress bar; `share` is from 0 to 1. */
export function progressBar(share: number, color: string): Html {
  const percent = (share * 100).toFixed(1);
  return html`<div
    role="progressbar"
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow="${percent}"
    style="height:4px;border-radius:2px;background:${toneColors.line};margin:5px 0"
  >
    <div style="height:4px;border-radius:2px;background:${color};width:${percent}%"></div>
  </div>`;
}

const ends = { done: "trained", early: "stopped early", interrupted: "interrupted", failed: "failed" } as const;

function wordsOf(s: ProgressState): string[] {
  const head = s.stopped
    ? `${ends[s.stopped.reason]} in ${durationText(s.stopped.seconds)}`
    : s.stopping
      ? "stopping"
      : (s.doing ?? "training");
  const epochs = s.epochs ? ` of ${s.epochs}` : "";
  return [
    head,
    ...(s.outcome ?? []),
    `${s.epoch === null ? "round" : "step"} ${groupedNumber(s.step)} of ${groupedNumber(s.steps)}`,
    ...(s.epoch === null ? [] : [`epoch ${String(s.epoch)}${epochs}`]),
    ...(s.loss === null ? [] : [`loss ${steady(s.loss)}`]),
    ...(s.epsilon === undefined ? [] : [epsilonText(s.epsilon)]),
    ...(s.tokensPerSecond === null ? [] : [`${groupedNumber(s.tokensPerSecond)} tokens/s`]),
    ...(s.communication ? [`communication ${formatPercent(s.communication.share)}`] : []),
    ...(s.communication && s.communication.waiting >= 0.1 ? [`waiting ${formatPercent(s.communication.waiting)}`] : []),
    ...(s.used === undefined || s.used === "" ? [] : [s.used]),
    ...(s.stopping && !s.stopped
      ? [
          s.epoch === null
            ? "the round under way is given up, then the checkpoint of the last is written"
            : "the step in flight ends, then its checkpoint is written",
        ]
      : s.stopped || s.doing !== undefined || s.etaSeconds === null
        ? []
        : [`${durationText(s.etaSeconds)} left`]),
  ];
}

/** Uses four decimals in the usual range, so that the line does not jump. */
function steady(loss: number): string {
  return Math.abs(loss) >= 1e-3 && Math.abs(loss) < 1e3 ? loss.toFixed(4) : significantText(loss, 4);
}
