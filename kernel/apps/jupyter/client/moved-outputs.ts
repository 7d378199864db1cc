/** Compares scores in a rerun notebook's outputs with the stored ones: lines with a metric and a number. */
import { stripVTControlCharacters } from "node:util";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { registry } from "#stdlib/registry.js";
import { compareNumbers, type RunNumberPair } from "../../../runs/record/number-tolerance.js";
import { AFTER_PARAMETERS } from "./parameters.js";
import { tagsOf, type CodeCell, type Notebook } from "./notebook-file.js";

export interface ChangedScoreLine {
  /** Index among the code cells, from 1. */
  readonly cell: number;
  /** Index among its cell's outputs, from 0. */
  readonly output: number;
  readonly then: string;
  readonly now: string;
  readonly metric: string;
  /** Scores beyond tolerance, without the ends of intervals. */
  readonly scores: readonly { readonly then: number; readonly now: number }[];
}
export interface ScoreChanges {
  /** Number of lines that both notebooks have. */
  readonly lines: number;
  /** Lines whose scores differ; a score in an output's first line and in its table counts once. */
  readonly moved: readonly ChangedScoreLine[];
}

export function scoreChangesBetween(before: Notebook, after: Notebook): ScoreChanges {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let lines = 0;
  const moved: ChangedScoreLine[] = [];
  for (const [i, { cell, lines: now }] of fresh.entries()) {
    const then = [...(old[i]?.lines ?? [])];
    const others: Line[] = [];
    for (const line of now) {
      const { text, output } = line;
      const matchIndex = then.findIndex((other) => shapeOf(other.text) === shapeOf(text));
      if (matchIndex < 0) {
        others.push(line);
        continue;
      }
      const [other = ""] = then.splice(matchIndex, 1).map((line) => line.text);
      lines += 1;
      if (beyond(other, text).length === 0) continue;
      const metric = metricOf(text) ?? "";
      if (moved.some((one) => one.cell === cell && one.output === output && one.metric === metric)) continue;
      const scores = beyond(withoutEnds(other), withoutEnds(text));
      moved.push({ cell, output, then: other.trim(), now: text.trim(), metric, scores });
    }
    moved.push(...lost(then, others, cell).filter(({ metric }) => !moved.some(isOf(cell, metric))));
    lines += then.length;
  }
  return { lines, moved };
}

const isOf = (cell: number, metric: string) => (one: ChangedScoreLine) => one.cell === cell && one.metric === metric;

/** Stored score lines without a line of the same shape now; each is paired with a remaining line of its metric, if there is one. */
function lost(then: readonly Line[], now: readonly Line[], cell: number): readonly ChangedScoreLine[] {
  const left = [...now];
  return then.map(({ text, output }) => {
    const metric = metricOf(text) ?? "";
    const matchIndex = left.findIndex((other) => metricOf(other.text) === metric);
    const [other] = matchIndex < 0 ? [] : left.splice(matchIndex, 1);
    return { cell, output, then: text.trim(), now: other?.text.trim() ?? "no such line", metric, scores: [] };
  });
}

/** Ids of the notebook's own runs, named by the outputs of its trainings, in order. */
export function runIdsIn({ cells }: Notebook): readonly string[] {
  return cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs.flatMap(runOf) : []));
}
function runOf(output: unknown): readonly string[] {
  const metadata = isRecord(output) ? output["metadata"] : undefined;
  const about = isRecord(metadata) ? metadata["tunebook"] : undefined;
  const run = isRecord(about) ? about["run"] : undefined;
  return typeof run === "string" ? [run] : [];
}

/** Removes lines whose scores were all reported already with the runs. */
export function withoutReportedLines(
  moved: ScoreChanges["moved"],
  reported: readonly RunNumberPair[],
): ScoreChanges["moved"] {
  // Equal at a line's precision.
  const shows = (shown: number, exact: number): boolean =>
    Math.abs(shown - exact) <= 5e-4 * Math.max(1, Math.abs(exact));
  const isTold = (metric: string, { then, now }: ChangedScoreLine["scores"][number]): boolean =>
    reported.some((one) => one.what.startsWith(metric) && shows(then, one.then) && shows(now, one.now));
  return moved.filter(({ metric, scores }) => scores.length === 0 || !scores.every((one) => isTold(metric, one)));
}

/** Numbers of two lines of the same shape that differ beyond tolerance. */
function beyond(then: string, now: string): ChangedScoreLine["scores"] {
  const fresh = numbersIn(now);
  const pairs = numbersIn(then).map((value, n) => ({ then: value, now: fresh[n] ?? Number.NaN }));
  return pairs.filter((pair) => compareNumbers([{ what: "", sort: "score", ...pair }]).beyond.length > 0);
}
const withoutEnds = (line: string): string => line.replace(/\([^()]*\)/g, "");

interface Line {
  readonly text: string;
  readonly output: number;
}

interface LinesOfCell {
  /** Index among the code cells, from 1. */
  readonly cell: number;
  readonly lines: readonly Line[];
}
/**
 * Score lines by code cell. Injected cells are left out, and a cell that was split to inject one counts together with
 * its first part: only one of the two notebooks may have been run with other parameters.
 */
function linesOf({ cells }: Notebook): readonly LinesOfCell[] {
  const code = cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  const found: LinesOfCell[] = [];
  for (const [i, cell] of code.entries()) {
    const tags = tagsOf(cell);
    if (tags.includes("injected-parameters")) continue;
    const before = tags.includes(AFTER_PARAMETERS) ? found.pop() : undefined;
    found.push({ cell: before?.cell ?? i + 1, lines: [...(before?.lines ?? []), ...scoresOf(cell)] });
  }
  return found;
}
function scoresOf({ outputs }: CodeCell): readonly Line[] {
  return outputs.flatMap((one, output) =>
    textsOf(one)
      .flatMap((text) => withHeads(text.split("\n")))
      .filter(isScore)
      .map((text): Line => ({ text, output })),
  );
}
/**
 * Prefixes lines of numbers with the metric line above them (the head of a table, a name above its number). A table
 * ends at an empty line.
 */
function withHeads(lines: readonly string[]): readonly string[] {
  let head = "";
  return lines.map((line) => {
    if (line.trim() === "" || metricOf(line) !== undefined) head = "";
    else if (namesMetric(line)) head = line.trim();
    else if (head !== "" && numbersIn(line).length > 0) return `${head}: ${line.trim()}`;
    return line;
  });
}

/** Texts of an output in any form that a front end shows: plain text, and the text between HTML tags. */
function textsOf(output: unknown): readonly string[] {
  if (!isRecord(output)) return [];
  const data = isRecord(output["data"]) ? output["data"] : { "text/plain": output["text"] };
  const joined = (value: unknown): string => String(Array.isArray(value) ? value.join("") : (value ?? ""));
  const markup = ["text/html", "image/svg+xml"].map((type) => textOfHtml(joined(data[type])));
  const json = Object.keys(data).filter((type) => /^application\/(?:.*\+)?json$/.test(type));
  return [
    ...["text/plain", "text/markdown"].map((type) => stripVTControlCharacters(joined(data[type]))),
    ...markup,
    ...json.map((type) => leavesOf(data[type]).join("\n")),
  ];
}
/**
 * The numbers of a JSON value, each after the names above it: keys, and an object's own name (the trace of a figure).
 */
function leavesOf(value: unknown, path = ""): readonly string[] {
  if (typeof value === "number") return [`${path} ${String(value)}`];
  if (Array.isArray(value) && value.every((one) => typeof one === "number"))
    return value.length === 0 ? [] : [`${path} ${value.join(" ")}`];
  if (Array.isArray(value)) return value.flatMap((one) => leavesOf(one, path));
  if (!isRecord(value)) return [];
  const name = typeof value["name"] === "string" ? ` ${value["name"]}` : "";
  return Object.entries(value).flatMap(([key, one]) => leavesOf(one, `${path}${name} ${key}`));
}
/** Text of HTML, with a line for each row and block. */
function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/\s+/g, " ")
    .replace(/<\/?(?:tr|div|p|li|pre|h\d|table|text|br)\b[^>]*>/gi, "\n")
    .replace(/<\/t[dh]>/gi, "  ")
    .replace(/<[^>]*>/g, "")
    .replace(/&(lt|gt|amp|nbsp|#(\d+));/g, (_all, name: string, digits?: string) =>
      digits === undefined ? { lt: "<", gt: ">", amp: "&", nbsp: " " }[name]! : String.fromCodePoint(Number(digits)),
    );
}

/** Reports whether a line has a metric followed by a number other than a time, size or count. */
const isScore = (line: string): boolean => metricOf(line) !== undefined;

/** Reports whether a line names a metric without a number. */
const namesMetric = (line: string): boolean => metricOf(`${line} 0`) !== undefined && metricOf(line) === undefined;

/**
 * Returns the first metric of a line that is followed by a number, in any format: `accuracy 0.93`, `Accuracy: 0.93`, `|
 * f1(macro) | 0.9 |`.
 */
function metricOf(line: string): string | undefined {
  const plain = withoutOthers(line);
  for (const { 0: written, index } of plain.matchAll(/(?<!\w)[A-Za-z][A-Za-z_0-9]*/g)) {
    const name = written.toLowerCase().replace(/^(?:eval|test|val|validation|train)_/, "");
    const has = registry.find("metric", name)?.capabilities;
    const scores = has && !has.outcomes.includes("time") && !has.outcomes.includes("cost");
    if (scores && plain.slice(index + written.length).search(number) >= 0) return name;
  }
  return undefined;
}

const number = /(?<![\w.+−-])[+−-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?(?![\w:])/g;
/** Times, durations, sizes and speeds, which differ between runs, and ids with digits. */
const others = [
  /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z?)?/g,
  /\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\b/g,
  // Not before a number: `mean 0.93 min 0.91` has a minimum.
  /(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?\s?(?:[µnm]?s|min|h|seconds?|minutes?|hours?|[kKMG]i?B|it\/s|tokens\/s|rows\/s|ms\/step)(?!\w|\s*[\d.:=])/g,
  // Ids of our runs (`router-20261202-162240-601f7a`) and hashes.
  /\b[A-Za-z]\w*(?:-\w+)*-\d{6,}(?:-\w+)*\b/g,
  /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b/g,
];
const withoutOthers = (line: string): string => others.reduce((text, one) => text.replace(one, "…"), line);

function numbersIn(line: string): readonly number[] {
  return [...withoutOthers(line).matchAll(number)].map(([text]) => Number(text.replaceAll(",", "").replace("−", "-")));
}
/** Key by which lines of two runs match: everything but numbers and table rules. */
function shapeOf(line: string): string {
  return withoutOthers(line).replace(number, "#").replace(/\s+/g, " ").trim();
}
