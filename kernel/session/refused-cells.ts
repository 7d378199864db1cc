/** Refused sources: the names that they would have defined are missing for that reason. */
import type { CompileResult } from "#dsl/compiler/program/compile.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { CompilerEnvironment } from "#dsl/compiler/plan/known-names.js";

export class RefusedSources {
  private readonly sources = new Map<string, { readonly source: Source; readonly names: readonly string[] }>();
  /** Names defined by the sources that ran. */
  private defined: ReadonlySet<string> = new Set();

  /**
   * Updates the lists after a compilation.
   * @param refused whether no statement of the source runs
   */
  after(source: Source, { names, lost }: Pick<CompileResult, "names" | "lost">, refused: boolean): void {
    this.sources.delete(placeOf(source));
    if (!refused) this.defined = new Set(Object.keys(names));
    else {
      const newNames = [...Object.keys(names), ...lost].filter((name) => !this.defined.has(name));
      if (newNames.length > 0) this.sources.set(placeOf(source), { source, names: newNames });
    }
  }

  /** Name → the last source in another cell that would have defined it. */
  namesBeside(source: Source): NonNullable<CompilerEnvironment["refused"]> {
    const others = [...this.sources].filter(([place]) => place !== placeOf(source));
    return Object.fromEntries(
      others.flatMap(([, { source: definedIn, names }]) =>
        names.map((name) => [name, { id: definedIn.id, title: definedIn.title }]),
      ),
    );
  }
}

/** A cell that runs again has a new source id but counts as the same cell. */
const placeOf = ({ id, cellId }: Source): string => (cellId === undefined ? `source ${id}` : `cell ${cellId}`);
