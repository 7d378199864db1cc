/** Answers about Tune cells while they are typed, from the cells that ran before. */
import type { Source } from "#dsl/check/span.js";
import { wordsOf } from "#dsl/check/codes.js";
import { compile, nothingOutside } from "#dsl/compile.js";
import { Facts, type FactOf, type Need } from "#dsl/plan/facts.js";
import type { Registry } from "#dsl/registry.js";
import { isTune, withoutMagic } from "#dsl/syntax/cell.js";
import type { Finding } from "../wire/assistant-port.js";
import type { TuneKnowledge } from "./interpreter.js";

const typed = "typed";

export class TuneAssistant {
  private earlier: readonly Source[] = [];
  private facts = Facts.none;
  private constructor(
    private readonly registry: Registry,
    readonly verbs: readonly string[],
  ) {}
  /** Loads the vocabulary. */
  static async open(): Promise<TuneAssistant> {
    const { registry } = await import("#stdlib/registry.js");
    return new TuneAssistant(
      registry,
      registry.verbs().map((verb) => verb.name),
    );
  }
  owns(code: string): boolean {
    return isTune(code, this.verbs);
  }
  learn({ sources, facts }: TuneKnowledge): void {
    this.earlier = sources;
    for (const [key, fact] of facts ?? [])
      this.facts = this.facts.with(JSON.parse(key) as Need, fact as FactOf<Need["about"]>);
  }
  check(code: string): Finding[] {
    const source: Source = { id: typed, title: typed, text: withoutMagic(code) };
    const { diagnostics } = compile([...this.earlier, source], this.registry, this.facts, "assist", nothingOutside);
    return diagnostics.flatMap((d) => {
      if (d.span.source !== typed) return [];
      const { message, help } = wordsOf(d.code, d.data as never);
      return [
        {
          from: d.span.start,
          to: d.span.end,
          severity: d.severity,
          message: help === undefined ? message : `${message}\n${help}`,
        },
      ];
    });
  }
}
