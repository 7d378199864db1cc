/** Sources that were refused: names that they were to define are missing for that reason. */
import type { Compiled } from "#dsl/compile/compile.js";
import type { Source, SourceId } from "#dsl/diagnostics/span.js";

export class RefusedSources {
  private readonly sources = new Map<SourceId, { readonly title: string; readonly names: readonly string[] }>();
  /** What those that ran define. */
  private defined: ReadonlySet<string> = new Set();

  /** A source was compiled; `refused`: nothing of it runs. */
  after({ id, title }: Source, { names, lost }: Pick<Compiled, "names" | "lost">, refused: boolean): void {
    this.sources.delete(id);
    if (!refused) this.defined = new Set(Object.keys(names));
    else this.sources.set(id, { title, names: [...Object.keys(names), ...lost].filter((n) => !this.defined.has(n)) });
  }

  /** Name → title of the last other source that was to define it. */
  namesBeside({ id }: Source): Readonly<Record<string, string>> {
    const others = [...this.sources].filter(([other]) => other !== id);
    return Object.fromEntries(others.flatMap(([, { title, names }]) => names.map((name) => [name, title])));
  }
}
