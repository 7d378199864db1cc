/** Collects how files were read where the program doesn't say it, and formats it as sentences. */
import { listNames } from "#dsl/language/diagnostics/listed.js";

export class SourceReadNotes {
  private readonly files = new Map<string, Set<string>>();

  /** `what`: a short phrase. */
  add(file: string, what: string): void {
    const notes = this.files.get(file) ?? new Set();
    this.files.set(file, notes.add(what));
  }

  /** Returns e.g. `tickets.csv: read as UTF-16LE, ";" between fields`; files that were read alike share a sentence. */
  sentences(): readonly string[] {
    const alike = new Map<string, string[]>();
    for (const [file, notes] of this.files) {
      const what = [...notes].join(", ");
      alike.set(what, [...(alike.get(what) ?? []), file]);
    }
    return [...alike].map(([what, files]) => `${listNames(files, { most: 3 })}: ${what}`);
  }
}

export function sourceFactsOf(read: SourceReadNotes): { readonly sources?: readonly string[] } {
  const sources = read.sentences();
  return sources.length > 0 ? { sources } : {};
}
