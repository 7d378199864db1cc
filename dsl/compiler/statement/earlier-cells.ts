/**
 * Caches what the compiler knows after each cell. A notebook is compiled at every keystroke, but only one cell changes, so
 * the cells above it need not be compiled again. A cached state is valid while those cells, the vocabulary, the environment
 * and all facts that were read (such as columns of a file) are the same. One notebook is cached at a time.
 *
 * A state contains all names defined so far, so a state for every cell would need memory quadratic in the number of cells.
 * Therefore every state near the edited cell is cached, and fewer with distance. A missing state is recomputed from the
 * nearest one before it.
 */
import { Program } from "../plan/program.js";
import type { Source } from "../../language/diagnostics/span.js";
import type { CompilerEnvironment } from "../plan/known-names.js";
import type { Facts } from "../../language/types/facts.js";
import type { Registry } from "../../language/types/registry.js";

interface Step {
  readonly source: Source;
  /** Facts requested while the source was read, by key, with their answers. */
  readonly lookups: ReadonlyMap<string, unknown>;
  after: Program | undefined;
}
/** States within twice as many cells are all cached, then this many per doubling of the distance. */
const NEAR = 8;

/** The cache of a client that compiles a notebook repeatedly; it passes the cache in each time. */
export class EarlierCellsCache {
  private readonly steps: Step[] = [];
  private under = "";
  private words: Registry["words"] | undefined;

  /** Returns the program after `sources`, reading silently with `read` those that are not cached. */
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
    // A shorter list of the same cells does not discard later states: an editor requests one cell after another.
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
    // A cached state must not be modified.
    return program.fork(registry, facts, outside);
  }

  /** Clears the cache if the vocabulary or the environment changed. */
  private begin({ words }: Registry, circumstances: string): void {
    if (words !== this.words || circumstances !== this.under) this.steps.length = 0;
    [this.words, this.under] = [words, circumstances];
  }

  /** Returns how many of the sources are unchanged. */
  private known(sources: readonly Source[], facts: Facts): number {
    const { steps } = this;
    let known = 0;
    while (known < steps.length && known < sources.length) {
      if (!holds(steps[known] as Step, sources[known] as Source, facts)) break;
      known++;
    }
    return known;
  }

  /** Drops states that are too dense for their distance from the cell at `place`. */
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
