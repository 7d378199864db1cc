/** How files are read where nobody wrote it: gathered while they are read, told as sentences. */
import { listed } from "#dsl/language/diagnostics/listed.js";

export class ReadAs {
  private readonly files = new Map<string, Set<string>>();

  /** `what`: in a few words. */
  add(file: string, what: string): void {
    const own = this.files.get(file) ?? new Set();
    this.files.set(file, own.add(what));
  }

  /** `tickets.csv: read as UTF-16LE, ";" between fields`; files that are read alike in one. */
  sentences(): readonly string[] {
    const alike = new Map<string, string[]>();
    for (const [file, own] of this.files) {
      const what = [...own].join(", ");
      alike.set(what, [...(alike.get(what) ?? []), file]);
    }
    return [...alike].map(([what, files]) => `${listed(files, { most: 3 })}: ${what}`);
  }
}

/** As facts. */
export function sourcesOf(read: ReadAs): { readonly sources?: readonly string[] } {
  const sources = read.sentences();
  return sources.length > 0 ? { sources } : {};
}
