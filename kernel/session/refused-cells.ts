/** Sources that were refused: names that they were to define are missing for that reason. */
import type { Compiled } from "#dsl/compiler/program/compile.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Outside } from "#dsl/compiler/plan/known-names.js";

export class RefusedSources {
  private readonly sources = new Map<string, { readonly source: Source; readonly names: readonly string[] }>();
  /** What those that ran define. */
  private defined: ReadonlySet<string> = new Set();

  /** A source was compiled; `refused`: nothing of it runs. */
  after(source: Source, { names, lost }: Pick<Compiled, "names" | "lost">, refused: boolean): void {
    this.sources.delete(placeOf(source));
    if (!refused) this.defined = new Set(Object.keys(names));
    else {
      const own = [...Object.keys(names), ...lost].filter((name) => !this.defined.has(name));
      if (own.length > 0) this.sources.set(placeOf(source), { source, names: own });
    }
  }

  /** Name → the last source in another place that was to define it. */
  namesBeside(source: Source): NonNullable<Outside["refused"]> {
    const others = [...this.sources].filter(([place]) => place !== placeOf(source));
    return Object.fromEntries(
      others.flatMap(([, { source: of, names }]) => names.map((name) => [name, { id: of.id, title: of.title }])),
    );
  }
}

/** A cell that runs again has another number, and is the same cell. */
const placeOf = ({ id, cellId }: Source): string => (cellId === undefined ? `source ${id}` : `cell ${cellId}`);
