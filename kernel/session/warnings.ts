/** Warnings of what a source's statements met while they ran, shown where each stands first; the same again is told there. */
import { diagnosticOf, type Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { saidBy } from "#dsl/language/diagnostics/grouped.js";
import type { Source, Span } from "#dsl/language/diagnostics/span.js";
import { diagnosticsShown } from "../display/diagnostics.js";
import type { Shown } from "../display/bundle-output.js";
import type { Screen } from "./live-training.js";
import type { Warn } from "./warn.js";

export type { Warn } from "./warn.js";

export function warningsOn({ warnings }: { readonly warnings: Warnings }, span: Span): Warn {
  return (code, data) => warnings.tell(diagnosticOf({ code, severity: "warning", data, span, labels: [] }));
}

export class Warnings {
  private readonly told = new Map<string, { readonly id: string; readonly all: Diagnostic[] }>();

  /** `id`: tells those of one source apart from those of others. */
  constructor(
    private readonly screen: Screen,
    private readonly sources: readonly Source[],
    private readonly id: string,
  ) {}

  tell(diagnostic: Diagnostic): void {
    const key = saidBy(diagnostic);
    const before = this.told.get(key);
    const id = before?.id ?? `${this.id}-warning-${String(this.told.size)}`;
    const all = [...(before?.all ?? []), diagnostic];
    this.told.set(key, { id, all });
    const shown = { ...this.shown(all), id, fixedText: true as const };
    if (before) this.screen.update({ ...shown, textOfUpdate: plainText(this.shown([diagnostic])) });
    else this.screen.display(shown);
  }

  private shown(diagnostics: readonly Diagnostic[]): Shown {
    return diagnosticsShown(diagnostics, this.sources);
  }
}

const plainText = ({ bundle }: Shown): string => String(bundle["text/plain"]);
