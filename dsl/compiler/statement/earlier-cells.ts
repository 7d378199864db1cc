/**
 * What earlier cells came to, kept from one compilation to the next: a notebook is compiled at every key that is pressed, and
 * all its cells but one are what they were. Kept is the state after each of them; it holds as long as the cells, the
 * vocabulary, what is outside and every fact that was asked for are the same. One notebook at a time.
 *
 * A state holds all names so far, so that those of a long notebook would grow with the square of its length: they are kept
 * for the cells near the one that was asked about, and for fewer the further away. One that is missing is read again from the
 * nearest before it.
 */
import { Program } from "../plan/program.js";
import type { Source } from "../../language/diagnostics/span.js";
import type { CompilerEnvironment } from "../plan/known-names.js";
import type { Facts } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";

interface Step {
  readonly source: Source;
  /** Facts that were asked for while the source was read, by key, and what was answered. */
  readonly lookups: ReadonlyMap<string, unknown>;
  after: Program | undefined;
}
/** States within twice as many cells are all kept, then as many in each doubling of the distance. */
const NEAR = 8;

/** What whoever compiles a notebook again and again keeps of it, and hands in each time. */
export class EarlierCellsCache {
  private readonly steps: Step[] = [];
  private under = "";
  private words: Registry["words"] | undefined;

  /** The program after `sources`, read silently one by one by `read`, from as far back as they are known. */
  after(
    sources: readonly Source[],
    start: {
      readonly registry: Registry;
      readonly facts: Facts;
      readonly purpose: "assist" | "run";
      readonly outside: CompilerEnvironment;
    },
    read: (program: Program, source: Source) => void,
  ): Program {
    const { registry, facts, purpose, outside } = start;
    const { steps } = this;
    this.begin(registry, JSON.stringify([purpose, outside]));
    const known = this.known(sources, facts);
    // A shorter list of the same cells leaves those after it known: an editor asks about one cell after another.
    if (known < sources.length) steps.length = known;
    let from = known;
    while (from > 0 && !steps[from - 1]?.after) from--;
    let program = steps[from - 1]?.after ?? new Program(registry, facts, purpose, outside);
    for (const [i, source] of sources.entries()) {
      if (i < from) continue;
      const lookups = new Map<string, unknown>();
      program = program.fork(registry, facts.watched(lookups), outside);
      read(program, source);
      steps[i] = { source, after: program, lookups };
    }
    this.thin(sources.length);
    // What is kept must not be written to.
    return program.fork(registry, facts, outside);
  }

  /** Other words or circumstances make other programs of the same cells. */
  private begin({ words }: Registry, circumstances: string): void {
    if (words !== this.words || circumstances !== this.under) this.steps.length = 0;
    [this.words, this.under] = [words, circumstances];
  }

  /** How many of the sources are what they were. */
  private known(sources: readonly Source[], facts: Facts): number {
    const { steps } = this;
    let known = 0;
    while (known < steps.length && known < sources.length) {
      if (!holds(steps[known] as Step, sources[known] as Source, facts)) break;
      known++;
    }
    return known;
  }

  /** Lets go of states that lie too close to each other for their distance from the cell at `place`. */
  private thin(place: number): void {
    for (const [i, step] of this.steps.entries()) {
      const doublings = Math.floor(Math.log2(Math.abs(place - i - 1) / NEAR));
      if (doublings > 0 && (i + 1) % 2 ** doublings !== 0) step.after = undefined;
    }
  }
}

function holds({ source, lookups }: Step, now: Source, facts: Facts): boolean {
  if (source.id !== now.id || source.text !== now.text || source.path !== now.path || source.cell !== now.cell)
    return false;
  for (const [key, answer] of lookups) if (facts.answerAt(key) !== answer) return false;
  return true;
}
