/** What a cell shows of a federation while it goes on: whose labels are apart, then rounds, scores of clients and their drift as they come. */
import type { Plan } from "#dsl/plan/plan.js";
import { registry } from "#stdlib/registry.js";
import { clientScoresShown } from "../../core/display/federation/client-scores.js";
import { driftShown } from "../../core/display/federation/drift.js";
import { labelsShown } from "../../core/display/federation/labels.js";
import { clientsShown, joinedShown, roundsShown } from "../../core/display/federation/tables.js";
import type { ClientView, FederationView, RoundView } from "../../core/display/federation/view.js";
import type { Shown } from "../../core/display/shown.js";
import type { RunEvent } from "../../core/session/events.js";
import { trainedSplit } from "../../core/data/prepared.js";
import { LiveTraining, type Screen } from "../trainings/live.js";
import { measuredBy } from "../updates/tasks.js";
import type { ClientRows } from "./clients-of.js";

/** Milliseconds between two drawings. */
const EVERY = 1000;
/** Clients up to which their labels are counted. */
const MOST = 1000;

export class LiveFederation extends LiveTraining {
  private readonly board: Board;

  constructor(screen: Screen, id: string, title: string, plan: Plan) {
    super(screen, id, title, plan);
    this.board = new Board(screen, id, plan);
  }

  /** Who they are, before the first round. */
  clients(clients: readonly ClientRows[], labels: readonly string[]): void {
    this.board.begin(clients, labels);
  }
  /** Those elsewhere, once all have joined. */
  joined(clients: readonly Pick<ClientView, "name" | "rows">[]): void {
    this.board.joined(clients);
  }
  override behind(events: readonly RunEvent[]): void {
    super.behind(events);
    for (const event of events) this.board.take(event);
  }
  override on(event: RunEvent): void {
    super.on(event);
    this.board.take(event);
    if (event.kind === "round" || event.kind === "evaluated") this.board.draw();
    if (event.kind === "stopped") this.board.draw(true);
  }
  /** The round whose weights the model has. */
  kept(round: number): void {
    this.board.kept = round;
  }
  override finish(): void {
    this.board.end();
  }
}

class Board {
  private clients: readonly ClientView[] = [];
  private labels: readonly string[] = [];
  private readonly rounds = new Map<number, RoundView>();
  private metric: Pick<FederationView, "metric" | "better"> | null = null;
  private readonly there = new Set<string>();
  private drawn = 0;
  kept: number | null = null;

  constructor(
    private readonly screen: Screen,
    private readonly id: string,
    private readonly plan: Plan,
  ) {}

  begin(clients: readonly ClientRows[], labels: readonly string[]): void {
    this.labels = labels;
    this.clients = clients.map((client) => viewOf(client, labels, clients.length));
    const shown = labelsShown(this.view, `${this.id}-labels`);
    if (shown) this.screen.display(shown);
  }

  joined(clients: readonly Pick<ClientView, "name" | "rows">[]): void {
    // Of those whose data are named more is known.
    if (this.clients.length === 0) this.clients = clients;
    this.screen.display(joinedShown(clients));
  }

  take(event: RunEvent): void {
    if (event.kind === "round") {
      const { step, clients, lost, sent, received } = event;
      this.rounds.set(step, { round: step, clients, lost, sent, received, score: null, scores: {} });
    } else if (event.kind === "evaluated" && event.clients) {
      const round = this.rounds.get(event.step);
      this.metric ??= metricOf(this.plan, event.metrics);
      const { metric } = this.metric;
      if (!round || metric === null) return;
      const of = (all: NonNullable<typeof event.clients>): RoundView["scores"] =>
        Object.fromEntries(
          Object.entries(all).flatMap(([name, told]) => {
            const value = told[metric];
            return value === undefined ? [] : [[name, value] as const];
          }),
        );
      this.rounds.set(event.step, {
        ...{ ...round, score: event.metrics[metric] ?? null, scores: of(event.clients) },
        ...(event.personal && { personal: of(event.personal) }),
      });
    }
  }

  draw(now = false): void {
    if (this.rounds.size === 0 || (!now && performance.now() - this.drawn < EVERY)) return;
    this.drawn = performance.now();
    this.show("rounds", roundsShown(this.view, `${this.id}-rounds`));
    this.show("scores", clientScoresShown(this.view, `${this.id}-scores`));
    this.show("drift", driftShown(this.view, `${this.id}-drift`));
  }

  end(): void {
    this.draw(true);
    this.show("clients", clientsShown(this.view, `${this.id}-clients`));
  }

  private get view(): FederationView {
    return {
      ...{ name: this.plan.effects.run, metric: null, better: 1 as const, ...this.metric },
      ...{ clients: this.clients, labels: this.labels, of: this.plan.recipe.federated?.rounds ?? 0 },
      rounds: [...this.rounds.values()].sort((a, b) => a.round - b.round),
      ...(this.kept !== null && { kept: this.kept }),
    };
  }

  private show(part: string, shown: Shown | null): void {
    if (!shown) return;
    const whole = { ...shown, id: `${this.id}-${part}` };
    if (this.there.has(part)) this.screen.update(whole);
    else this.screen.display(whole);
    this.there.add(part);
  }
}

/** What the task's rows are first measured by, where validation tells it; else their loss. */
function metricOf(plan: Plan, told: Readonly<Record<string, number>>): Pick<FederationView, "metric" | "better"> {
  const { name, better } = measuredBy(registry, plan);
  if (name in told) return { metric: name, better };
  return { metric: "loss" in told ? "loss" : null, better: -1 };
}

function viewOf({ name, prepared }: ClientRows, labels: readonly string[], clients: number): ClientView {
  const table = prepared.splits[trainedSplit(prepared)];
  const rows = table?.numRows() ?? 0;
  if (!table || labels.length === 0 || clients > MOST || !table.columnNames().includes("label")) return { name, rows };
  const counts = new Map<unknown, number>();
  for (const label of Array.from(table.array("label") as ArrayLike<unknown>))
    counts.set(label, (counts.get(label) ?? 0) + 1);
  return { name, rows, labels: labels.map((label) => counts.get(label) ?? 0) };
}
