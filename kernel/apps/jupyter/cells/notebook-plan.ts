/**
 * Plan of the notebook's current text: the statement at the cursor, and errors in all cells. The Tune assistant has the
 * facts of cells that ran; missing facts are determined only on the user's request.
 */
import {
  focusedStatement,
  readTrainings,
  type Cursor,
  type PlacedStatement,
  type NotebookTrainings,
} from "#dsl/assist/notebook-trainings.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { isFailedFact, Facts, type Need } from "#dsl/language/types/facts.js";
import { withoutMagic } from "#dsl/language/syntax/cell.js";
import { planView } from "../../../display/plans/plan-view.js";
import { FactMeasurer } from "../../../session/answers/measurer.js";
import type { AssistantMethods, NotebookText } from "./assistant-port.js";
import {
  costlyFactKinds,
  factsFromEntries,
  editorFindingOf,
  isCrossCellDiagnostic,
  type TuneAssistant,
} from "../../../assist/tune-assistant.js";

type Asked = AssistantMethods["plan"];

export class NotebookPlan {
  /** Facts measured on request, before the cell that needs them ran. */
  private measured = Facts.none;

  /** `folder`: the notebook's. */
  constructor(
    private readonly tune: TuneAssistant,
    private readonly folder: string,
  ) {}

  async planFor({ cells, at: cursorPlace, measure }: Asked["params"]): Promise<Asked["result"]> {
    const texts = cells.filter(({ code }) => this.tune.owns(code));
    const sources = texts.map(({ id, code }): Source => ({ id, title: id, text: withoutMagic(code) }));
    const cursor = cursorIn(cells, texts, cursorPlace);
    if (measure) await this.measure(sources, cursor);
    const reading = await this.read(sources);
    const findings = reading.diagnostics.flatMap((d) =>
      isCrossCellDiagnostic(d) ? [] : [{ ...editorFindingOf(d), cell: d.span.source }],
    );
    return { plan: planView(reading, focusedStatement(reading, cursor)), findings };
  }

  private async read(sources: readonly Source[], only?: PlacedStatement): Promise<NotebookTrainings> {
    const world = this.tune.world();
    let facts = factsFromEntries([...this.measured.entries(), ...world.facts.entries()]);
    for (;;) {
      const reading = readTrainings(sources, { ...world, facts }, only);
      const missing = [...reading.program.needs.values()].filter(
        (need) => this.tune.asks(need) && facts.get(need) === undefined,
      );
      if (missing.length === 0) return reading;
      const answers = await Promise.all(missing.map((need) => this.tune.look(need)));
      facts = facts.withAll(missing.map((need, i) => [need, answers[i]!]));
    }
  }
  /** Measures what the training at the cursor needs, step by step: the base determines how its data are counted. */
  private async measure(sources: readonly Source[], cursor: Cursor | null): Promise<void> {
    this.measured = factsFromEntries(this.measured.entries().filter(([, fact]) => !isFailedFact(fact)));
    const measurer = new FactMeasurer(this.folder);
    try {
      for (;;) {
        const focus = focusedStatement(await this.read(sources), cursor);
        if (!focus) return;
        const { program } = await this.read(sources, focus);
        const missing = [...program.needs.values()].filter(
          (need) => costlyFactKinds.has(need.about) && program.facts.get(need) === undefined && !isLive(need),
        );
        if (missing.length === 0) return;
        for (const need of missing) this.measured = this.measured.with(need, await measurer.measure(need));
      }
    } finally {
      await measurer.end();
    }
  }
}

/** Reports whether a need is a live table, which exists only where the cells run. */
function isLive(need: Need): boolean {
  return JSON.stringify(need).includes('"live":');
}

/** Converts the cursor; in a TypeScript cell it counts as the end of the last Tune cell before it. */
function cursorIn(
  cells: NotebookText["cells"],
  tune: NotebookText["cells"],
  cursorPlace: NotebookText["at"],
): Cursor | null {
  if (!cursorPlace) return null;
  if (tune.some(({ id }) => id === cursorPlace.cell)) return { source: cursorPlace.cell, offset: cursorPlace.offset };
  const turn = cells.findIndex(({ id }) => id === cursorPlace.cell);
  const before = cells.slice(0, turn + 1).findLast((cell) => tune.includes(cell));
  return before ? { source: before.id, offset: before.code.length } : null;
}
