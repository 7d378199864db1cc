/** A server as its cell shows it: what will be served, where and for whom; then how it stands, and how it ended. */
import { shownOf } from "../../display/bundle.js";
import { card, code, html, htmlTable, inked, note, picture, tone, type Html } from "../../display/html.js";
import { outcomeLine } from "../../display/outcome.js";
import type { Shown } from "../../display/bundle-output.js";
import { bytes, compact, count, duration, plural, significant } from "../../host/text.js";
import { textTable } from "../../display/text-table.js";

export interface ServingPlan {
  readonly name: string;
  /** Null: any port that is free. */
  readonly url: string | null;
  readonly models: readonly {
    readonly name: string;
    readonly task: string;
    readonly run: string;
    readonly bytes: number;
  }[];
  /** Of all, what several have in common counted once. */
  readonly bytes: number;
  /** Who may ask. */
  readonly who: string;
  /** Its log, as the notebook's folder has it. */
  readonly log: string;
  readonly notes: readonly string[];
}

export function servingPlanShown(plan: ServingPlan, id: string): Shown & { readonly id: string } {
  const title = `${plan.name} is to serve ${plan.models.length === 1 ? (plan.models[0]?.name ?? "") : plural(plan.models.length, "model")}`;
  const facts: readonly (readonly [string, string])[] = [
    ["at", plan.url ?? "any port that is free"],
    ["for", plan.who],
    ["weights", `about ${bytes(plan.bytes)}, in a process of its own`],
  ];
  const head = ["model", "task", "run", "weights"];
  const rows = plan.models.map(({ name, task, run, bytes: size }) => [name, task, run, bytes(size)]);
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
  return { ...shownOf(text.join("\n"), shown), id };
}

/** How a server stands, second by second. */
export interface Load {
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
  /** The latest last, a second between two. */
  readonly loads: readonly Load[];
  /** Bytes of its processes; null: nobody knows. */
  readonly memory: number | null;
  /** A request to copy. */
  readonly example: string | null;
  /** How it ended, or what is new. */
  readonly said: readonly string[];
  /** Since it began to serve, of one that has ended. */
  readonly seconds: number | null;
}

const TONES: Readonly<Record<ServingState["is"], string>> = {
  opening: tone.accent,
  serving: tone.good,
  stopping: tone.warn,
  stopped: tone.accent,
  died: tone.bad,
  failed: tone.bad,
};

export function servingShown(state: ServingState, id: string): Shown & { readonly id: string } {
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
      compact,
    ),
  ]);
  const align = head.map((_, i) => (i === 0 ? "left" : "right"));
  const live = state.is === "serving" || state.is === "stopping";
  const text = [
    words.join(" · "),
    ...state.said,
    ...(live && rows.length > 1 ? [textTable(head, rows, align)] : []),
    ...(state.is === "serving" && state.example !== null ? [`Ask it: ${state.example}`] : []),
  ];
  return {
    ...shownOf(
      text.join("\n"),
      card(
        undefined,
        html`<div style="height:4px;border-radius:2px;margin:5px 0;background:${TONES[state.is]}"></div>`,
        outcomeLine(words),
        state.said.map((one) => html`<div style="${state.is === "died" ? inked(tone.bad) : ""}">${one}</div>`),
        live && state.loads.length > 1 && minutes(state.loads, writes),
        live && rows.length > 0 && htmlTable({ head, rows, align }),
        state.is === "serving" && state.example !== null && asked(state.example),
      ),
    ),
    id,
  };
}

function asked(example: string): Html {
  return html`<details style="margin:6px 0">
    <summary style="cursor:pointer">Ask it</summary>
    <pre style="margin:4px 0 0;padding:8px;overflow-x:auto;background:${tone.faint}">${code(example)}</pre>
  </details>`;
}

function wordsOf({ name, is, url, models, memory, seconds }: ServingState, load: Load | undefined): readonly string[] {
  const of = models.join(", ");
  if (is === "opening") return [`${name} opens ${of}`];
  if (is === "failed") return [`${name} could not begin`];
  const all = load
    ? [plural(load.requests, "request"), ...(load.failed > 0 ? [`${count(load.failed)} failed`] : [])]
    : [];
  const after = seconds === null ? "" : ` after ${duration(seconds)}`;
  if (is === "stopped") return [`${name} stopped${after}`, ...all];
  if (is === "died") return [`${name} ended by itself${after}`, ...all];
  const head = is === "stopping" ? `${name} stops` : `${name} serves ${of} at ${url ?? "…"}`;
  if (!load || is === "stopping") return [head, ...all];
  const ms = (x: number): string => (x < 1000 ? `${significant(x, 2)} ms` : duration(x / 1000));
  return [
    head,
    ...all,
    ...(load.perSecond > 0 ? [`${significant(load.perSecond, 3)} /s`] : []),
    ...(load.p50 === null ? [] : [`p50 ${ms(load.p50)}`]),
    ...(load.p99 === null ? [] : [`p99 ${ms(load.p99)}`]),
    ...(load.underWay > 0 ? [`${count(load.underWay)} under way`] : []),
    ...(load.tokensPerSecond >= 0.5 ? [`${compact(load.tokensPerSecond)} tokens/s`] : []),
    ...(memory === null ? [] : [bytes(memory)]),
  ];
}

/** Seconds that are drawn. */
export const KEPT = 120;
const [WIDE, HIGH] = [360, 34];

/** Requests and how long they took, of the last two minutes. */
function minutes(loads: readonly Load[], writes: boolean): Html {
  const parts: readonly (readonly [string, readonly number[], string])[] = [
    ["requests/s", loads.map(({ perSecond }) => perSecond), tone.accent],
    ["p99, ms", loads.map(({ p99 }) => p99 ?? 0), tone.warn],
    ["tokens/s", loads.map(({ tokensPerSecond }) => tokensPerSecond), tone.good],
  ];
  const drawn = parts.filter(([title, values]) => values.some((x) => x > 0) && (writes || title !== "tokens/s"));
  return html`<div style="display:flex;flex-wrap:wrap;gap:4px 24px;margin:4px 0">
    ${drawn.map(([title, values, color]) => {
      const most = Math.max(...values);
      const alt = `${title} of the last ${plural(values.length, "second")}: now ${significant(values.at(-1) ?? 0, 3)}, at most ${significant(most, 3)}`;
      return html`<div>
        <small style="opacity:.72">${title}, at most ${significant(most, 3)}</small>
        <div>${picture(bars(values, most, color), alt, WIDE / 1.5, HIGH)}</div>
      </div>`;
    })}
  </div>`;
}

/** Right-aligned: now is at the right edge. */
function bars(values: readonly number[], most: number, color: string): string {
  const width = WIDE / KEPT;
  const drawn = values.map((value, i) => {
    const height = (value / most) * (HIGH - 2);
    const x = WIDE - (values.length - i) * width;
    return height > 0
      ? `<rect x="${x.toFixed(1)}" y="${(HIGH - height).toFixed(1)}" width="${(width * 0.85).toFixed(2)}" height="${height.toFixed(1)}" fill="${color}"/>`
      : "";
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDE)} ${String(HIGH)}" preserveAspectRatio="none"><rect y="${String(HIGH - 1)}" width="${String(WIDE)}" height="1" fill="#80808080"/>${drawn.join("")}</svg>`;
}
