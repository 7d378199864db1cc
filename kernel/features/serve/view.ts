/** A server's cell view: what is served, the address and the access; then its load, and how it ended. */
import { displayOutputOf } from "../../display/bundle.js";
import {
  card,
  code,
  html,
  htmlTable,
  readableColorStyle,
  note,
  svgImage,
  toneColors,
  type Html,
  type DisplayOutput,
} from "../../display/html.js";
import { outcomeLine } from "../../display/outcome.js";
import {
  byteSizeText,
  compactNumber,
  groupedNumber,
  durationText,
  plural,
  significantText,
} from "../../host/value-text.js";
import { textTable } from "../../display/text-table.js";

export interface ServingPlan {
  readonly name: string;
  /** Null: any free port. */
  readonly url: string | null;
  readonly models: readonly {
    readonly name: string;
    readonly task: string;
    readonly run: string;
    readonly bytes: number;
  }[];
  /** Bytes of all models; shared weights count once. */
  readonly bytes: number;
  /** Who has access. */
  readonly who: string;
  /** Path of its log relative to the notebook's folder. */
  readonly log: string;
  readonly notes: readonly string[];
}

export function servingPlanView(plan: ServingPlan, id: string): DisplayOutput & { readonly id: string } {
  const title = `${plan.name} is to serve ${plan.models.length === 1 ? (plan.models[0]?.name ?? "") : plural(plan.models.length, "model")}`;
  const facts: readonly (readonly [string, string])[] = [
    ["at", plan.url ?? "any port that is free"],
    ["for", plan.who],
    ["weights", `about ${byteSizeText(plan.bytes)}, in its own process`],
  ];
  const head = ["model", "task", "run", "weights"];
  const rows = plan.models.map(({ name, task, run, bytes: size }) => [name, task, run, byteSizeText(size)]);
  const align = ["left", "left", "left", "right"] as const;
  const stop = `await ${plan.name}.stop()`;
  const ends = `It ends with the kernel, or by \`${stop}\`. \`tunebook serve\` serves without a notebook. Log: ${plan.log}`;
  const text = [
    title,
    ...facts.map(([what, is]) => `${what}: ${is}`),
    textTable(head, rows, align),
    ...plan.notes,
    ends,
  ];
  const shown = card(
    title,
    htmlTable({ rows: facts }),
    htmlTable({ head, rows, align }),
    plan.notes.map((one) => note(one)),
    note(
      "It ends with the kernel, or by ",
      code(stop),
      ". ",
      code("tunebook serve"),
      " serves without a notebook. Log: ",
      code(plan.log),
    ),
  );
  return { ...displayOutputOf(text.join("\n"), shown), id };
}

export interface ServerLoad {
  readonly requests: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly underWay: number;
  readonly tokensPerSecond: number;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly waiting: number;
        readonly working: number;
        readonly batches: number;
        readonly tokensRead: number;
        readonly tokensWritten: number;
        readonly tokensCached: number;
      }
    >
  >;
}
export interface ServingState {
  readonly name: string;
  readonly is: "opening" | "serving" | "stopping" | "stopped" | "died" | "failed";
  readonly url: string | null;
  readonly models: readonly string[];
  /** One entry per second, the latest last. */
  readonly loads: readonly ServerLoad[];
  readonly memory: number | null;
  /** An example request to copy. */
  readonly example: string | null;
  /** How it ended, or what has changed. */
  readonly messages: readonly string[];
  /** Seconds that it served, if it has ended. */
  readonly seconds: number | null;
}

const TONES: Readonly<Record<ServingState["is"], string>> = {
  opening: toneColors.accent,
  serving: toneColors.good,
  stopping: toneColors.warn,
  stopped: toneColors.accent,
  died: toneColors.bad,
  failed: toneColors.bad,
};

export function servingView(state: ServingState, id: string): DisplayOutput & { readonly id: string } {
  const load = state.loads.at(-1);
  const words = wordsOf(state, load);
  const models = load ? Object.entries(load.models) : [];
  const writes = models.some(([, m]) => m.tokensWritten > 0);
  const head = [
    "model",
    "waiting",
    "under way",
    "batches",
    "tokens read",
    ...(writes ? ["from cache", "written"] : []),
  ];
  const rows = models.map(([name, m]) => [
    name,
    ...[m.waiting, m.working, m.batches, m.tokensRead, ...(writes ? [m.tokensCached, m.tokensWritten] : [])].map(
      compactNumber,
    ),
  ]);
  const align = head.map((_, i) => (i === 0 ? "left" : "right"));
  const live = state.is === "serving" || state.is === "stopping";
  const text = [
    words.join(" · "),
    ...state.messages,
    ...(live && rows.length > 1 ? [textTable(head, rows, align)] : []),
    ...(state.is === "serving" && state.example !== null ? [`Example request: ${state.example}`] : []),
  ];
  return {
    ...displayOutputOf(
      text.join("\n"),
      card(
        undefined,
        html`<div style="height:4px;border-radius:2px;margin:5px 0;background:${TONES[state.is]}"></div>`,
        outcomeLine(words),
        state.messages.map(
          (one) => html`<div style="${state.is === "died" ? readableColorStyle(toneColors.bad) : ""}">${one}</div>`,
        ),
        live && state.loads.length > 1 && minutes(state.loads, writes),
        live && rows.length > 0 && htmlTable({ head, rows, align }),
        state.is === "serving" && state.example !== null && exampleHtml(state.example),
      ),
    ),
    id,
  };
}

function exampleHtml(example: string): Html {
  return html`<details style="margin:6px 0">
    <summary style="cursor:pointer">Example request</summary>
    <pre style="margin:4px 0 0;padding:8px;overflow-x:auto;background:${toneColors.faint}">${code(example)}</pre>
  </details>`;
}

function wordsOf(
  { name, is, url, models, memory, seconds }: ServingState,
  load: ServerLoad | undefined,
): readonly string[] {
  const modelNames = models.join(", ");
  if (is === "opening") return [`${name} opens ${modelNames}`];
  if (is === "failed") return [`${name} could not start`];
  const all = load
    ? [plural(load.requests, "request"), ...(load.failed > 0 ? [`${groupedNumber(load.failed)} failed`] : [])]
    : [];
  const after = seconds === null ? "" : ` after ${durationText(seconds)}`;
  if (is === "stopped") return [`${name} stopped${after}`, ...all];
  if (is === "died") return [`${name} ended by itself${after}`, ...all];
  const head = is === "stopping" ? `${name} stops` : `${name} serves ${modelNames} at ${url ?? "…"}`;
  if (!load || is === "stopping") return [head, ...all];
  const ms = (x: number): string => (x < 1000 ? `${significantText(x, 2)} ms` : durationText(x / 1000));
  return [
    head,
    ...all,
    ...(load.perSecond > 0 ? [`${significantText(load.perSecond, 3)} /s`] : []),
    ...(load.p50 === null ? [] : [`p50 ${ms(load.p50)}`]),
    ...(load.p99 === null ? [] : [`p99 ${ms(load.p99)}`]),
    ...(load.underWay > 0 ? [`${groupedNumber(load.underWay)} under way`] : []),
    ...(load.tokensPerSecond >= 0.5 ? [`${compactNumber(load.tokensPerSecond)} tokens/s`] : []),
    ...(memory === null ? [] : [byteSizeText(memory)]),
  ];
}

/** Seconds that are drawn. */
export const LOAD_CHART_SECONDS = 120;
const [WIDE, HIGH] = [360, 34];

/** Charts of requests and latency over the last two minutes. */
function minutes(loads: readonly ServerLoad[], writes: boolean): Html {
  const parts: readonly (readonly [string, readonly number[], string])[] = [
    ["requests/s", loads.map(({ perSecond }) => perSecond), toneColors.accent],
    ["p99, ms", loads.map(({ p99 }) => p99 ?? 0), toneColors.warn],
    ["tokens/s", loads.map(({ tokensPerSecond }) => tokensPerSecond), toneColors.good],
  ];
  const drawn = parts.filter(([title, values]) => values.some((x) => x > 0) && (writes || title !== "tokens/s"));
  return html`<div style="display:flex;flex-wrap:wrap;gap:4px 24px;margin:4px 0">
    ${drawn.map(([title, values, color]) => {
      const most = Math.max(...values);
      const alt = `${title} of the last ${plural(values.length, "second")}: now ${significantText(values.at(-1) ?? 0, 3)}, at most ${significantText(most, 3)}`;
      return html`<div>
        <small style="opacity:.72">${title}, at most ${significantText(most, 3)}</small>
        <div>${svgImage(bars(values, most, color), alt, WIDE / 1.5, HIGH)}</div>
      </div>`;
    })}
  </div>`;
}

/** Right-aligned: the right edge is now. */
function bars(values: readonly number[], most: number, color: string): string {
  const width = WIDE / LOAD_CHART_SECONDS;
  const drawn = values.map((value, i) => {
    const height = (value / most) * (HIGH - 2);
    const x = WIDE - (values.length - i) * width;
    return height > 0
      ? `<rect x="${x.toFixed(1)}" y="${(HIGH - height).toFixed(1)}" width="${(width * 0.85).toFixed(2)}" height="${height.toFixed(1)}" fill="${color}"/>`
      : "";
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDE)} ${String(HIGH)}" preserveAspectRatio="none"><rect y="${String(HIGH - 1)}" width="${String(WIDE)}" height="1" fill="#80808080"/>${drawn.join("")}</svg>`;
}
