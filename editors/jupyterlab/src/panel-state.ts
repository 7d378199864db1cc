// The panel's state: immutable, replaced as a unit.
import type { Answer, News } from "./channel.js";
import type { AssistWatches } from "#kernel/apps/jupyter/wire/comms/assist-contract.js";

export type Plan = Answer<"plan">["plan"];
export type CellFinding = Answer<"plan">["findings"][number];
export type RunDetails = NonNullable<Answer<"run">>;
export type Listing = News<"Runs">;
export type RunSummary = Listing["runs"][number];
export type ListRow = Listing["rows"][number];
/** Arrangement of the table. */
export type View = Pick<AssistWatches["Runs"]["params"], "sort" | "reverse" | "score" | "fold" | "open">;
export type Tab = "plan" | "runs";
/** `gone`: the kernel has ended. `other`: it is not a Tunebook kernel. */
export type KernelState = "none" | "other" | "starting" | "gone" | "ready";

/** The run table's fields, taken from the listing. */
type TableParts = "rows" | "order" | "total" | "all" | "left" | "scores" | "score" | "tags";
export interface RunTable extends Pick<Listing, TableParts> {
  /** The runs in the table's rows. */
  readonly byId: ReadonlyMap<string, RunSummary>;
  /** Whether the kernel has reported its runs. */
  readonly known: boolean;
  readonly problem?: string | undefined;
}

export interface PanelState {
  readonly kernel: KernelState;
  readonly notebook: string | null;
  readonly tab: Tab;
  readonly runs: RunTable;
  readonly filter: string;
  readonly limit: number;
  readonly view: View;
  /** Runs chosen for the comparison: run id → colour number. */
  readonly chosen: ReadonlyMap<string, number>;
  /** The open run, and the run to compare it with. */
  readonly run: string | null;
  readonly against: string | null;
  readonly details: RunDetails | null;
  readonly plan: Plan | null;
  /** Whether the plan is older than the findings. */
  readonly held: boolean;
  readonly findings: readonly CellFinding[];
  /** Texts of the cells from which the plan was made, by cell id. */
  readonly texts: ReadonlyMap<string, string>;
  readonly measuring: boolean;
}

/** Number of rows per request. */
export const page = 50;
export const noPlan: Pick<PanelState, "plan" | "held" | "findings" | "texts" | "measuring"> = {
  plan: null,
  held: false,
  findings: [],
  texts: new Map(),
  measuring: false,
};
export const noRuns: RunTable = {
  rows: [],
  order: [],
  byId: new Map(),
  total: 0,
  all: 0,
  left: 0,
  scores: [],
  score: null,
  tags: [],
  known: false,
};
export const atFirst: PanelState = {
  kernel: "none",
  notebook: null,
  tab: "plan",
  runs: noRuns,
  filter: "",
  limit: page,
  view: { sort: "started", reverse: false, score: null, fold: true, open: [] },
  chosen: new Map(),
  run: null,
  against: null,
  details: null,
  ...noPlan,
};
