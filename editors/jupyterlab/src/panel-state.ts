// What the panel shows: replaced as a whole, never changed.
import type { Answer, News } from "./channel.js";
import type { AssistWatches } from "#kernel/apps/jupyter/wire/comms/assist-contract.js";

export type Plan = Answer<"plan">["plan"];
export type CellFinding = Answer<"plan">["findings"][number];
export type RunDetails = NonNullable<Answer<"run">>;
export type Listing = News<"Runs">;
export type RunSummary = Listing["runs"][number];
export type ListRow = Listing["rows"][number];
/** How the table is arranged. */
export type View = Pick<AssistWatches["Runs"]["params"], "sort" | "reverse" | "score" | "fold" | "open">;
export type Tab = "plan" | "runs";
/** `gone`: it ended. `other`: it is no kernel of ours. */
export type KernelState = "none" | "other" | "starting" | "gone" | "ready";

/** The table of runs. */
type TableParts = "rows" | "order" | "total" | "all" | "left" | "scores" | "score" | "tags";
export interface RunTable extends Pick<Listing, TableParts> {
  /** Those that its rows name. */
  readonly byId: ReadonlyMap<string, RunSummary>;
  /** The kernel has told. */
  readonly known: boolean;
  readonly problem?: string | undefined;
}

export interface PanelState {
  readonly kernel: KernelState;
  /** The notebook's path. */
  readonly notebook: string | null;
  readonly tab: Tab;
  readonly runs: RunTable;
  readonly filter: string;
  readonly limit: number;
  readonly view: View;
  /** For the comparison: id → number of its colour. */
  readonly chosen: ReadonlyMap<string, number>;
  /** The run that is open, and the one that it is compared with. */
  readonly run: string | null;
  readonly against: string | null;
  readonly details: RunDetails | null;
  readonly plan: Plan | null;
  /** The plan is the one before these findings. */
  readonly held: boolean;
  readonly findings: readonly CellFinding[];
  /** Of the cells that the plan was made of, by their ids. */
  readonly texts: ReadonlyMap<string, string>;
  readonly measuring: boolean;
}

/** Rows that are asked for at once. */
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
