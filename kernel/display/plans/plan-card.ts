/** The plan before a training: its steps, its cost, and the origin of each setting. */
import type { ValueOrigins, Plan, WorkersOfTraining } from "#dsl/compiler/plan/plan.js";
import type { Value } from "#dsl/language/types/value.js";
import { isCall, recipeValueAt } from "#dsl/compiler/plan/value.js";
import {
  card,
  code,
  FRAME_STYLE,
  html,
  htmlTable,
  readableColorStyle,
  note,
  toneColors,
  type Html,
  type HtmlPart,
  type DisplayOutput,
} from "../html.js";
import { displayOutputOf } from "../bundle.js";
import { expectedTime } from "./expected-time.js";
import { federationFacts, clientRoundWorkText } from "./federation.js";
import { workerHoursFacts, threadsText } from "./worker-cost.js";
import {
  byteSizeText,
  compactNumber,
  groupedNumber,
  formatPercent,
  plural,
  callText,
  valueText,
} from "../../host/value-text.js";
import { baseOriginText } from "./origin.js";
import { canaryFacts, privacyFacts } from "./privacy.js";
import { textTable } from "../text-table.js";

/**
 * `id`: allows updates of the output, `folded` after the training. `folds`: the plan is that of the first of this many
 * trainings, which differ in their held-out rows. `from`: name of the model that a step starts from.
 */
export function planCardView(
  plan: Plan,
  {
    id,
    folded = false,
    folds,
    from,
  }: { readonly id?: string; readonly folded?: boolean; readonly folds?: number; readonly from?: string } = {},
): DisplayOutput {
  const { recipe, effects } = plan;
  const { repeats } = effects;
  const title = repeats
    ? `Plan of ${effects.run}: train ${recipe.model.name} on ${recipe.data.name} ${String(repeats)} times, seeds ${seedsText(plan)}`
    : folds === undefined
      ? `Plan of ${effects.run}: ${verbOf(plan)} ${from ?? recipe.model.name} on ${namesOf(plan)}`
      : `Plan of ${effects.run}: the first of ${String(folds)} trainings of ${recipe.model.name}, one for each fold of ${recipe.data.name}`;
  // A compression without training steps has no duration and no recipe.
  const still = recipe.compress !== undefined && plan.estimates.steps === 0;
  const facts = factsOf(plan).filter(([name]) => !still || !OF_STEPS.includes(name));
  const settings = still ? [] : settingsOf(plan);
  const settingsFrom = (...from: readonly Setting["from"][]): readonly Setting[] =>
    settings.filter((s) => from.includes(s.from));
  const [written, derived, defaults] = [
    settingsFrom("written", "parameter", "reference"),
    settingsFrom("derived"),
    settingsFrom("default"),
  ];
  const words = written.map((s) => `${s.path}: ${s.value}`).join(", ");
  const rest = [...derived, ...defaults];
  const summary = [
    derived.length > 0 && `${groupedNumber(derived.length)} derived`,
    defaults.length > 0 && plural(defaults.length, "default"),
  ]
    .filter(Boolean)
    .join(", ");
  const hashes = `recipe ${plan.recipeHash.slice(0, 12)} · plan ${plan.planHash.slice(0, 12)}`;
  return displayOutputOf(
    [
      title,
      textTable(
        null,
        facts.map(([name, value, more]) => [name, more ? `${value}  (${more})` : value]),
      ),
      ...(words ? ["", `written: ${words}`] : []),
      ...(rest.length > 0
        ? [
            "",
            textTable(
              ["setting", "value", "why"],
              rest.map((s) => [s.path, s.value, s.why]),
            ),
          ]
        : []),
      hashes,
    ].join("\n"),
    framed(
      title,
      folded,
      htmlTable({
        rows: [
          ...facts.map(([name, value, more]): HtmlPart[] => [
            name,
            html`<b style="font-weight:600">${value}</b>${more && html` <span style="opacity:.72">${more}</span>`}`,
          ]),
          ...(words ? [["written", code(words)]] : []),
        ],
      }),
      rest.length > 0 &&
        html`<details style="margin:0 0 6px">
          <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${summary}</summary>
          ${htmlTable({ head: ["setting", "value", "why"], rows: rest.map((s): HtmlPart[] => [code(s.path), code(s.value), s.why]) })}
        </details>`,
      note(hashes),
    ),
    {},
    id,
  );
}

const OF_STEPS: readonly string[] = ["technique", "trained", "steps", "tokens", "time"];

function verbOf({ recipe }: Plan): string {
  if (recipe.federated) return "federate";
  return recipe.update ? "update" : recipe.compress ? "compress" : "train";
}
function namesOf({ recipe }: Plan): string {
  const others = recipe.federated?.others ?? recipe.compress?.unlabelled ?? [];
  return [recipe.data, ...others.map(({ data }) => data)].map(({ name }) => name).join(", ");
}

function framed(title: string, folded: boolean, ...parts: readonly HtmlPart[]): Html {
  if (!folded) return card(title, ...parts);
  return html`<details style="${FRAME_STYLE}">
    <summary style="cursor:pointer;${readableColorStyle(toneColors.accent)}">${title}</summary>
    <div>${parts}</div>
  </details>`;
}

/** For remote clients whose number of rows is unknown. */
const ELSEWHERE = { value: "not known", note: "a round is as slow as its slowest client" };

/** For example `email in 12 rows, name in 40`. */
export function personalDataText(personal: NonNullable<Plan["personal"]>): string {
  return personal
    .map(
      ({ data, column, entity, rows, looked }) =>
        `${entity} in ${plural(rows, "row")} of ${data === undefined ? "" : `${data}.`}${column}${looked === undefined ? "" : ` (of ${groupedNumber(looked)} looked through for it)`}`,
    )
    .join(", ");
}
function readsText(reads: NonNullable<Plan["reads"]>): string {
  return reads
    .slice(0, 4)
    .map(({ name, perWord }) => `${name} ${perWord.toFixed(1)}`)
    .join(", ");
}

/** For a model that continues from trained weights. */
function strategyFacts({ update }: Plan["recipe"]): [string, string, string][] {
  return update ? [["strategy", update.strategy.map(callText).join(", "), "continues from trained weights"]] : [];
}
/** For example ` of 22,713,216 (53.1 %)`. */
function smallerText({ larger, parameters }: Plan["estimates"]): string {
  return larger === undefined
    ? ""
    : `, while the larger model has ${groupedNumber(larger)} (${formatPercent(parameters / larger)} of it)`;
}
/** Describes the replayed rows of earlier data. */
function keptText({ kept: storedPoints }: Plan["estimates"]): string {
  if (!storedPoints) return "";
  return storedPoints.beside
    ? `, plus as many of ${groupedNumber(storedPoints.rows)} stored rows of earlier data`
    : ` and ${groupedNumber(storedPoints.rows)} stored rows of earlier data`;
}
/** Describes rows that are drawn outside of epochs. */
function drawnText({ drawn }: Plan["estimates"]): string {
  return drawn ? `, plus as many of ${groupedNumber(drawn.rows)} rows without labels` : "";
}
/** For a compressed model. */
function stageFacts({ compress }: Plan["recipe"]): [string, string, string][] {
  return compress ? [["stage", callText(compress.stage), "made from a larger model, or trained by one"]] : [];
}

/** Returns name, value and arithmetic of each fact. */
function factsOf(plan: Plan): [string, string, string][] {
  const { recipe, effects, estimates, base, sources, annotated, reads, personal } = plan;
  const { ranks } = estimates;
  const hasRunner = effects.runner !== undefined;
  const { model, training } = recipe;
  const time = estimates.elsewhere ? ELSEWHERE : expectedTime(estimates, effects.repeats);
  const share = estimates.parameters > 0 ? estimates.trainable / estimates.parameters : 0;
  const batches = training.accumulate === 1 ? "batches" : `updates of ${groupedNumber(training.accumulate)} batches`;
  const size = `${batches} of ${groupedNumber(training.batch_size)}${training.packing ? " packed rows" : ""}`;
  const rows = `${groupedNumber(estimates.rows)} rows${keptText(estimates)}`;
  const length = recipe.federated
    ? clientRoundWorkText(plan, size, rows)
    : training.epochs === null
      ? `as written, ${size}`
      : `${plural(training.epochs, "epoch")}, ${rows}, ${size}${drawnText(estimates)}`;
  return [
    [model.scratch ? "from scratch" : "base", model.base, callText(model.task)],
    ...(base ? [["from", baseOriginText(base), ""] as [string, string, string]] : []),
    ...(sources ?? []).map((one): [string, string, string] => ["data", one, ""]),
    ...(personal ? [["personal data", personalDataText(personal), "in the texts"] as [string, string, string]] : []),
    ...(reads ? [["tokens a word", readsText(reads), ""] as [string, string, string]] : []),
    ["technique", callText(model.technique), ""],
    ...stageFacts(recipe),
    ...strategyFacts(recipe),
    ...(training.privacy ? privacyFacts(training.privacy, plan) : []),
    ...canaryFacts(training),
    ["parameters", compactNumber(estimates.parameters), groupedNumber(estimates.parameters) + smallerText(estimates)],
    ["trained", formatPercent(share, 2), `${groupedNumber(estimates.trainable)} of them`],
    ...federationFacts(plan),
    [
      recipe.federated ? "rounds" : "steps",
      effects.repeats
        ? `${String(effects.repeats)} × ${groupedNumber(estimates.steps)}`
        : groupedNumber(estimates.steps),
      length,
    ],
    [
      "tokens",
      estimates.elsewhere ? ELSEWHERE.value : compactNumber(estimates.tokens),
      estimates.elsewhere
        ? "rows of clients stay with them, and are counted there"
        : estimates.steps > 0
          ? `about ${groupedNumber(estimates.tokens / estimates.steps)} a ${recipe.federated ? "round" : "step"}`
          : "",
    ],
    ...(model.storage && estimates.storedBytes !== undefined
      ? [
          [
            "base weights",
            byteSizeText(estimates.storedBytes),
            `${callText(model.storage)}, ${byteSizeText(4 * estimates.parameters)} with the rest as f32`,
          ] as [string, string, string],
        ]
      : []),
    [
      "memory",
      `about ${byteSizeText(estimates.memoryBytes)}`,
      `estimated${ranks && !ranks.elsewhere ? `, of ${groupedNumber(ranks.count)} processes` : ""}${effects.recompute === "blocks" ? ", activations recomputed" : ""}`,
    ],
    ...(effects.runner && ranks
      ? [
          [
            "runner",
            callText(effects.runner),
            `${ranks.elsewhere ? threadsText(ranks) : `${groupedNumber(ranks.count)} ranks × ${plural(ranks.threads, "thread")}`}, ${training.average ? "weights averaged" : "gradients of each update summed"}`,
          ] as [string, string, string],
        ]
      : []),
    ...(estimates.validating
      ? [
          [
            "validation",
            times(estimates.validating.times),
            `of ${plural(estimates.validating.rows, "row")}${estimates.elsewhere ? "" : ", in the time below"}`,
          ] as [string, string, string],
        ]
      : []),
    ["time", time.value, ranks?.gpus === undefined ? time.note : "the workers' GPUs were not measured"],
    ...(ranks && hasRunner ? hoursOf(plan, ranks) : []),
    ...(annotated
      ? [["annotated", plural(annotated.rows, "row"), `by ${annotated.by.join(", ")}`] as [string, string, string]]
      : []),
    ["engine", effects.engine, effects.threads === null ? "" : plural(effects.threads, "thread")],
    ...(effects.allowed ?? []).map(({ code, reason, of: statement }): [string, string, string] => [
      "allowed",
      code,
      `because ${reason} (${statement})`,
    ]),
  ];
}

/** Returns the worker hours of all repetitions. */
function hoursOf({ estimates, effects: { repeats = 1 } }: Plan, ranks: WorkersOfTraining): [string, string, string][] {
  const { seconds, secondsBetween: between } = estimates;
  if (seconds === null && ranks.gpus === undefined) return [];
  const all = (one: number): number => one * repeats;
  const there =
    seconds === null
      ? null
      : { seconds: all(seconds), between: between && ([all(between[0]), all(between[1])] as const) };
  return workerHoursFacts(ranks, there, threadsText(ranks)).map(([name, value, more]) => [name, value, more]);
}

/** Returns e.g. `0, 1, 2`, or the first and the last seed. */
function seedsText({ recipe: { training }, effects: { repeats = 1 } }: Plan): string {
  const last = training.seed + repeats - 1;
  if (repeats > 5) return `${String(training.seed)} to ${String(last)}`;
  return Array.from({ length: repeats }, (_, i) => String(training.seed + i)).join(", ");
}

function times(n: number): string {
  return n === 1 ? "once" : `${groupedNumber(n)} times`;
}

interface Setting {
  readonly path: string;
  readonly value: string;
  readonly from: ValueOrigins[string]["from"];
  readonly why: string;
}

/**
 * Returns the settings that are not in the facts or the data's output; a word whose arguments are listed has no
 * arguments.
 */
function settingsOf({ recipe, origins }: Plan): Setting[] {
  const paths = Object.keys(origins);
  return Object.entries(origins)
    .filter(
      ([path, { from }]) =>
        !/^(data\.|model\.(base|task|technique)$)/.test(path) &&
        !(from !== "default" && empty(recipeValueAt(recipe, path))),
    )
    .map(([path, { from, why, stands }]) => {
      const value = recipeValueAt(recipe, path);
      const alone = isCall(value) && paths.some((other) => other.startsWith(`${path}.`));
      return {
        path: path.replace(/^(training|model)\./, ""),
        value: alone ? value.word : empty(value) && stands !== undefined ? stands : valueText(value),
        from,
        why: `${why ?? from}${recipe.federated && isCall(value) && "epochs" in value.arguments ? "; an epoch is a round here" : ""}`,
      };
    })
    .sort((a, b) => order.indexOf(a.from) - order.indexOf(b.from));
}

function empty(value: Value | undefined): boolean {
  return value === null || value === undefined;
}

const order: readonly Setting["from"][] = ["written", "parameter", "reference", "derived", "default"];
