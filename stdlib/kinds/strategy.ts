/**
 * Strategies: how a model goes on learning from new data and keeps what it knows. A strategy rewrites the training program, as a
 * technique rewrites the model: it adds to the gradients of an update, keeps states beside the parameters, and says which rows
 * are learnt again. Where one data set ends and the next begins, its own program takes down what must not be lost
 * (`stdlib/programs/strategies.ts`).
 */
import type { Memory } from "#dsl/types/capabilities/learning.js";
import type { Graph } from "#dsl/graph/builder.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Call } from "#dsl/types/value.js";

/** A parameter that trains, and the gradient of the rows' own mean loss. */
export interface Learning {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** Of the head: whether it has a row for each label. Absent: it is none of the head's. */
  readonly head?: "labels" | "other";
}
/** A parameter before and after an update, and the gradient of the rows' own loss before it was clipped. */
export interface Moved extends Learning {
  readonly after: Tensor;
}

export interface StrategyImplementation {
  /** Prefixes of the states that it keeps for a parameter (`ewc.anchor/`): `prefix + name`. A resumed run needs them. */
  readonly states: readonly string[];
  /** Those of them that are places of the weights: what they say of a new label's weights is where these begin. */
  readonly anchors?: readonly string[];
  /**
   * What of a parameter (or of a state beside it) is of earlier data alone, and stays bit by bit as it is: it has no gradient,
   * and what the optimizer does to it is undone. The stage before had that part and no more. Null: nothing is.
   */
  keeps?(call: Call, name: string, shape: readonly number[]): KeptPart | null;
  /** What the gradients become before they are clipped: those of a penalty added to them. Absent: as they are. */
  regularise?(call: Call, graph: Graph, learning: readonly Learning[]): readonly Tensor[];
  /** What it keeps of an update. */
  watch?(call: Call, graph: Graph, moved: readonly Moved[]): void;
  /** What it takes down of data that were learnt, as updates of its states. Absent: nothing. */
  takeDown?(call: Call, graph: Graph, learnt: Learnt): void;
  /** Which rows it looks at one by one, for squared gradients, when data were learnt; absent: none. */
  looks?(call: Call): Looks;
  /** Rows of earlier data that are learnt again beside the new ones, as its word says; absent: none. */
  memory?(call: Call): Memory;
  /** Logits that were said of rows once, beside which the model is held while it learns these; absent: rows bring none. */
  recalls?: Recalls;
  /** Rows are sent to the part of the data that they are like: these are told before the first step (`ModelOutputs.routed`). */
  routes?: true;
  /** States ([…], they don't train) that it goes by, told before the first step. */
  readonly constants?: readonly string[];
}

/** The first so many along an axis. */
export interface KeptPart {
  readonly axis: 0 | 1;
  readonly first: number;
}

/** What the program that takes down sees. */
export interface Learnt {
  readonly parameters: readonly { readonly name: string; readonly value: Tensor }[];
  /** f32 scalar, 1 before the first data set: what the model knew before; else 0. */
  readonly first: Tensor;
  /** The mean over rows of the squared gradient of a parameter; of strategies that look. */
  readonly squared: (name: string) => Tensor;
}

/** How squared gradients are come by. */
export interface Looks {
  /**
   * Labels whose log-probability is derived: `exact` all of them, weighed by their probabilities; `sampled` one that is drawn
   * by these; `empirical` the row's own; `batched` the mean of a batch is squared, which is no Fisher information and is here
   * to be compared with. Absent: `exact` where a row has one label of few, of many along some directions and the rest of them
   * folded into one, else `empirical`.
   */
  readonly labels?: "exact" | "sampled" | "empirical" | "batched" | null;
  /** Most rows; absent: all. */
  readonly rows?: number | null;
}
/** Rows bring what was said of them once. */
export interface Recalls {
  /**
   * `begun`: of all rows that a stage learns, what the weights say that it begins with, of the labels that earlier data had.
   * `learnt`: of the rows that are kept, what was said of them when their data had been learnt.
   */
  readonly of: "begun" | "learnt";
  /** A scalar that is added to the rows' own loss. */
  hold(call: Call, said: Said): Tensor;
}
/** What is said of a batch's rows, and what was said of them once. */
export interface Said {
  /** [rows, labels]. */
  readonly logits: Tensor;
  /** [rows, labels]: as they were said once. */
  readonly recalled: Tensor;
  /** [rows, labels]: 1 where anything was said, else 0. */
  readonly known: Tensor;
  /** [rows]: 1 by the number of rows of the whole update that bring any, 0 of those that bring none: Σ is a mean. */
  readonly share: Tensor;
  /** Whether of several labels one is right, or each by itself. */
  readonly decides: "one" | "several";
}

declare module "#dsl/types/registry.js" {
  interface Implementations {
    strategy: StrategyImplementation;
  }
}
