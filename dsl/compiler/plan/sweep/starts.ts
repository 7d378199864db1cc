/**
 * `start`: earlier trials that a sweep's search uses before its own. A bare name is a sweep of this notebook or an
 * earlier one; a quoted string is a journal file. Trials are usable if they varied a setting that this sweep varies
 * too.
 */
import { nearestWord } from "../../../language/diagnostics/nearest-word.js";
import { replacementFix } from "../../../language/diagnostics/reporter.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { isFailedFact, type JournalFacts } from "../../../language/types/facts.js";
import type { GivenValue, Call } from "../../../language/types/value.js";
import type { SweepGoal } from "./auto.js";
import type { SweepPlan, SweepStart } from "./sweep-plan.js";
import type { Program } from "../program.js";
import type {} from "../codes/search-codes.js";

export interface SweepStartContext {
  readonly vary: SweepPlan["vary"];
  readonly goals: readonly SweepGoal[];
  readonly search: Call;
  readonly here: Span;
  /** The sweep's own name, and the earlier sweep of that name. */
  readonly ownSweep: { readonly name: string; readonly before: Earlier | undefined };
}
type Earlier = NonNullable<ReturnType<Program["sweeps"]["get"]>>;

/** Returns the starts; undefined if one has an error (reported) or is not known yet. */
export function sweepStartsIn(
  program: Program,
  given: GivenValue | undefined,
  context: SweepStartContext,
): readonly SweepStart[] | undefined {
  if (!given) return [];
  const texts = (Array.isArray(given.value) ? given.value : [given.value]).filter((one) => typeof one === "string");
  const starts = texts.map((text, i) => startAt(program, text, given.places.get(`start.${String(i)}`) ?? given.span));
  const sound = starts.filter(({ start, place }) => serves(program, start, place, context));
  if (sound.length < starts.length) return undefined;
  if (starts.length > 0 && !program.registry.find("search", context.search.word)?.capabilities?.learnsFromTrials) {
    const learning = program.registry.ofKind("search").filter(({ capabilities }) => capabilities?.learnsFromTrials);
    const details = { search: context.search.word, learning: learning.map(({ name }) => name) };
    program.reportNear("start-unread", details, given.span, context.here);
  }
  return starts.map(({ start }) => start);
}

interface Started {
  readonly start: SweepStart;
  readonly place: Span;
}

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
/** A quoted string is a file even if it looks like a name; a parameter's value is classified by its form. */
function startAt(program: Program, text: string, place: Span): Started {
  const written = program.textOf(place);
  const isFile = written?.startsWith('"') ? true : !NAME.test(text);
  return { place, start: isFile ? { journal: text, folder: program.folderAt(place) } : { sweep: text } };
}

function serves(program: Program, start: SweepStart, place: Span, context: SweepStartContext): boolean {
  const name = "sweep" in start ? start.sweep : null;
  const earlier =
    name === context.ownSweep.name ? context.ownSweep.before : name === null ? undefined : program.sweeps.get(name);
  if (earlier?.study) return shares(program, start, place, { studies: [earlier.study] }, context);
  const is = name === null ? undefined : program.names.get(name)?.is;
  if (name !== null && is !== undefined && is !== "sweep") return noSweep(program, name, place, context);
  const facts = program.ask({ about: "journal", of: start }, true);
  if (facts === undefined) return program.purpose === "assist";
  if (!isFailedFact(facts)) return shares(program, start, place, facts, context);
  if (name !== null && facts.failed.code === "no-such-sweep")
    // A sweep of an earlier cell has a journal only after that cell ran.
    return earlier !== undefined || noSweep(program, name, place, context);
  program.reportFailed(facts, place.source === program.source.id ? place : context.here);
  return false;
}

function noSweep(program: Program, name: string, place: Span, { ownSweep, here }: SweepStartContext): false {
  const has = program.namesOf("sweep").filter((one) => one !== ownSweep.name || ownSweep.before !== undefined);
  const near = nearestWord(name, has, program.reporter);
  const more = near === undefined ? {} : { fix: replacementFix(place, near) };
  program.reportNear("no-such-sweep", { name, has, ...(near !== undefined && { nearest: near }) }, place, here, more);
  return false;
}

/** Whether one of its studies has the same goals and varied a setting that varies in this sweep. */
function shares(
  program: Program,
  start: SweepStart,
  place: Span,
  { studies }: JournalFacts,
  context: SweepStartContext,
): boolean {
  const name = "sweep" in start ? start.sweep : start.journal;
  const wanted = context.goals.map(({ direction }) => direction);
  const same = studies.filter(({ directions }) => !directions || holds(directions, wanted));
  if (same.length === 0) {
    const has = studies.map(({ directions = [] }) => directions.join(", "));
    program.reportNear("other-goals", { start: name, has, wanted }, place, context.here);
    return false;
  }
  const varies = Object.keys(context.vary);
  if (same.some((study) => varies.some((path) => study.varies.some((earlierPath) => isOf(path, earlierPath)))))
    return true;
  const earlierPaths = [...new Set(same.flatMap((study) => study.varies))];
  program.reportNear("nothing-shared", { start: name, varies, told: earlierPaths }, place, context.here);
  return false;
}

/**
 * Whether all wanted directions are among the given ones. A journal does not name the goals, so only directions count.
 */
function holds(directions: readonly string[], wanted: readonly string[]): boolean {
  const left = [...directions];
  return wanted.every((one) => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** Whether a journal's setting name is the path, a part of it, or (as in other tools) its end. */
function isOf(path: string, earlierPath: string): boolean {
  return (
    earlierPath === path ||
    earlierPath.startsWith(`${path}.`) ||
    earlierPath.startsWith(`${path}/`) ||
    path.endsWith(`.${earlierPath}`)
  );
}
