/** Warnings of running statements. Each is shown where it first occurs, and repetitions are added there. */
import { asDiagnostic, type Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { diagnosticKey } from "#dsl/language/diagnostics/grouped.js";
import type { Source, Span } from "#dsl/language/diagnostics/span.js";
import { diagnosticsView } from "../display/diagnostics.js";
import type { DisplayOutput } from "../display/bundle-output.js";
import type { Screen } from "./live-training.js";
import type { Warn } from "./warn.js";

export type { Warn } from "./warn.js";

export function warnerAt({ warnings }: { readonly warnings: Warnings }, span: Span): Warn {
  return (code, data) => warnings.tell(asDiagnostic({ code, severity: "warning", data, span, labels: [] }));
}

export class Warnings {
  private readonly reported = new Map<string, { readonly id: string; readonly all: Diagnostic[] }>();

  /** @param id distinguishes the warnings of one source from those of others */
  constructor(
    private readonly screen: Screen,
    private readonly sources: readonly Source[],
    private readonly id: string,
  ) {}

  tell(diagnostic: Diagnostic): void {
    const key = diagnosticKey(diagnostic);
    const before = this.reported.get(key);
    const id = before?.id ?? `${this.id}-warning-${String(this.reported.size)}`;
    const all = [...(before?.all ?? []), diagnostic];
    this.reported.set(key, { id, all });
    const shown = { ...this.shown(all), id, fixedText: true as const };
    if (before) this.screen.update({ ...shown, textOfUpdate: plainText(this.shown([diagnostic])) });
    else this.screen.display(shown);
  }

  private shown(diagnostics: readonly Diagnostic[]): DisplayOutput {
    return diagnosticsView(diagnostics, this.sources);
  }
}

const plainText = ({ bundle }: DisplayOutput): string => String(bundle["text/plain"]);
