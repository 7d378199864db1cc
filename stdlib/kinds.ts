/**
 * What the words of each kind do at run time. One interface per kind, gathered here because a runner needs them together;
 * a word's `load()` gives the implementation of its kind.
 */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/plan/plan.js";
import type { Graph, RopeOptions, Tensor } from "#dsl/graph/builder.js";
import type { NDArray } from "#dsl/graph/program.js";
import type {} from "#dsl/registry.js";

/** What a source may use to reach the world. */
export interface SourceWorld {
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** The value behind `$x`. */
  live(name: string): unknown;
}
export interface SourceImplementation {
  /** Reads it all. `limit`: stop after that many rows (header checks). Rows keep their number in the source in column `$row` (from 1). Coded errors. */
  open(call: Call, world: SourceWorld, limit?: number): Promise<ColumnTable>;
  /** Reads it in parts, so that memory does not follow its size; the rows are those of `open`. Coded errors. */
  stream?(call: Call, world: SourceWorld): AsyncIterable<RowChunk>;
}
/** Rows that stand next to each other in a source. */
export interface RowChunk {
  /** Each as long as `rows`; a chunk has the columns that its rows brought. */
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
  readonly rows: number;
}
/** Rows as the cleaners see them: role → value; a cleaner returns the row, changed or not, or why it is dropped. */
export interface CleanRow {
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}
export interface CleanerImplementation {
  /** Made afresh for each data set; may keep state (drop_duplicates). `dropped`: a short reason. */
  start(
    call: Call,
    /** `streamed`: rows come from a source of any size, so state must stay small. */
    o?: { readonly streamed: boolean },
  ): (row: CleanRow) => { readonly values: Readonly<Record<string, unknown>> } | { readonly dropped: string };
}
export interface SplitImplementation {
  /**
   * Gives each row the name of its split, or null to leave it out. `values` holds here, by column name, the columns that the
   * call names (cleaned where they have a role), and `$group`, the value of the role `group`.
   */
  assign(call: Call, rows: readonly CleanRow[], seed: number): readonly (string | null)[];
  /**
   * The same one row after the other, for data that are streamed; absent: the split needs all rows at once. Where shares are
   * drawn row by row they are met on average. Coded errors.
   */
  stream?(call: Call, seed: number): (row: CleanRow) => string | null;
  /** Splits that are there even when no row falls into them. */
  names?(call: Call): readonly string[];
}
export interface MetricInput {
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  /** rows × labels, row-major. */
  readonly probabilities: Float32Array;
}
/** What a model that continues texts did on some: the mean loss of a token in nats, and how many tokens it predicted. */
export interface TokenMetricInput {
  readonly loss: number;
  readonly tokens: number;
}
export interface MetricImplementation {
  compute(call: Call, input: MetricInput): number;
  /** Over texts that a model continues; absent: the metric is of labels alone. */
  ofTokens?(call: Call, input: TokenMetricInput): number;
}
export interface ScheduleImplementation {
  /** Learning-rate factor (0 – 1) of step `step` (from 1) of `total`. */
  factor(call: Call, step: number, total: number): number;
}
export interface StoppingImplementation {
  /** `values`: the watched metric after each validation so far, latest last. */
  stop(call: Call, values: readonly number[]): boolean;
}
/** One trial's parameters and its score (null while failed). */
export interface Trial {
  readonly values: Readonly<Record<string, unknown>>;
  readonly score: number | null;
}
export interface SearchImplementation {
  /** Next point of the unit cube by name; `done` are the finished trials with their points. */
  suggest(
    call: Call,
    dimensions: readonly SearchDimension[],
    done: readonly { readonly point: Readonly<Record<string, unknown>>; readonly score: number | null }[],
    seed: number,
    trial: number,
  ): Readonly<Record<string, unknown>>;
}
export type SearchDimension =
  | { readonly name: string; readonly kind: "choice"; readonly size: number }
  | {
      readonly name: string;
      readonly kind: "log" | "uniform";
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
    };

// ── what is made of graph ops

export interface ModelInputs {
  /** [batch, length] i32. */
  readonly input_ids: Tensor;
  /** [batch, length] i32, 1 for real tokens. */
  readonly attention_mask: Tensor;
  /** [batch, length] i32; absent: all 0. */
  readonly token_type_ids?: Tensor;
  /** [batch, length] i32: each token's position in its own text; absent: 0, 1, 2, … in each row. */
  readonly positions?: Tensor;
  /** [batch, length] i32: tokens attend within their own segment (several texts packed in one row); absent: one text a row. */
  readonly segments?: Tensor;
}
export interface ModelOutputs {
  /** [batch, length, hidden]. */
  readonly last_hidden_state: Tensor;
  /** [batch, hidden], what a sentence-level head reads; absent: the model has none. */
  readonly pooled?: Tensor;
  /** A decoder's output embedding [vocabulary, hidden], tied or its own (`lm_head.weight`). */
  readonly unembedding?: Tensor;
}
/** How a parameter begins that the checkpoint doesn't have; absent: as the model's config says (`initializer_range`). */
export type ParameterInitial =
  | "zeros"
  | "ones"
  /** Standard deviation. */
  | { readonly normal: number }
  /** Between ± this. */
  | { readonly uniform: number }
  /** A tensor of that full name, which must be in a checkpoint. */
  | { readonly checkpoint: string };
/** What attention sees. In a program with a key-value cache, `layers.attention` appends k and v to it and attends to all of it. */
export interface AttentionOptions {
  readonly heads: number;
  /** Heads of k and v, each shared by heads / keyValueHeads query heads; absent: as many as `heads`. */
  readonly keyValueHeads?: number;
  /** i32 [batch, keys], 0 hides a key. */
  readonly mask?: Tensor;
  /** A query sees no later key. */
  readonly causal?: boolean;
  /** With `causal`: a query sees this many keys at most, itself included. */
  readonly window?: number;
  /** i32 [batch, length]: a query sees keys of its own segment only. */
  readonly segments?: Tensor;
  /** Added to the scores: [heads or 1, length, keys] (T5's relative bias). */
  readonly bias?: Tensor;
  /** i32 scalar: the place of the first query among the keys; absent: 0. */
  readonly offset?: Tensor;
  /** k and v come from another sequence than q (an encoder's), which stays the same while text is generated. */
  readonly cross?: true;
  /** Absent: 1/√(size of a head). */
  readonly scale?: number;
  readonly dropout: number;
}
export interface LinearOptions {
  readonly in: number;
  readonly out: number;
  /** Absent: there is one. */
  readonly bias?: boolean;
  readonly activation?: string;
  /** How the checkpoint lays the weight: `out_in` (absent) as PyTorch's Linear, `in_out` as GPT-2's Conv1D. */
  readonly layout?: "out_in" | "in_out";
  /** How the weight begins in a model from scratch. */
  readonly initial?: ParameterInitial;
}
/** Every call carries the checkpoint's parameter path, so that a technique can rewrite around it. */
export interface Layers {
  readonly graph: Graph;
  parameter(path: string, shape: readonly number[], initial?: ParameterInitial): Tensor;
  /** x·Wᵀ + b with W [out, in] at `path.weight`, b at `path.bias`. */
  linear(path: string, x: Tensor, o: LinearOptions): Tensor;
  /** `kind`: `layer` (scale and bias; the default) or `rms` (scale alone; `offset` is added to it, 1 in Gemma). */
  norm(
    path: string,
    x: Tensor,
    o: { readonly size: number; readonly epsilon: number; readonly kind?: "layer" | "rms"; readonly offset?: 0 | 1 },
  ): Tensor;
  embedding(path: string, ids: Tensor, o: { readonly rows: number; readonly size: number }): Tensor;
  attention(path: string, q: Tensor, k: Tensor, v: Tensor, o: AttentionOptions): Tensor;
  /** Rotary positions: x [batch, length, heads × size], positions i32 [batch, length]; see `Graph.rope` and `ropeFrequencies`. */
  rope(path: string, x: Tensor, positions: Tensor, o: RopeOptions): Tensor;
  dropout(path: string, x: Tensor, rate: number): Tensor;
  /** A residual sub-layer: adapters sit here. */
  block(path: string, x: Tensor, body: (x: Tensor) => Tensor): Tensor;
  /** Applies an activation by its name in transformers' configs (`gelu`, `gelu_new`, `relu`, ...); none: x itself. */
  activate(x: Tensor, activation: string | undefined): Tensor;
  /** activation(x) · gate, elementwise: a gated linear unit's middle, in one op where there is one. */
  gated(x: Tensor, gate: Tensor, activation: string): Tensor;
  /** Name of a parameter in a PEFT adapter's file. */
  adapterName(path: string): string;
  /** The same layers for what lies outside the body, named without its prefix (`lm_head`). */
  readonly outside: Layers;
}
export interface ModelImplementation<C = unknown> {
  /** Reads config.json; coded errors for what it does not support. */
  config(json: Readonly<Record<string, unknown>>): C;
  /** Names of the dropout rates etc. a recipe may override are the family's own affair: `dropout` null keeps the config's. */
  /** `pooled: false` leaves the pooler out. */
  build(
    layers: Layers,
    config: C,
    inputs: ModelInputs,
    o: { readonly dropout: number | null; readonly pooled?: boolean },
  ): ModelOutputs;
  hidden(config: C): number;
  /** Standard deviation of weights that the checkpoint doesn't have. */
  initializerRange(config: C): number;
  /** Dropout of the config between layers, which a head uses too unless the config names its own. */
  dropout(config: C): number;
  /** Encoders read whole texts, decoders continue them. */
  readonly shape: "encoder" | "decoder" | "encoder-decoder";
  /** Prefix of the body's parameters in a checkpoint with a head (`bert.`); a body-only checkpoint has none. */
  readonly prefix: string;
  /** Size facts for the plan: layers, hidden, heads, vocabulary, positions. */
  sizes(config: C): {
    readonly layers: number;
    readonly hidden: number;
    readonly heads: number;
    readonly intermediate: number;
    readonly vocabulary: number;
    readonly positions: number;
    /** Token types; absent: the family takes none. */
    readonly types?: number;
  };
}
/**
 * What a batch tells about its rows. `label`: `labels` i32 [batch]. `next_token`: `targets` i32 [targets], the trained
 * positions in the flattened [batch × length], and `labels` i32 [targets], the token that follows each of them.
 */
export type Supervision = "label" | "next_token";
export interface Supervised {
  readonly labels: Tensor;
  /** Of `next_token`. */
  readonly targets?: Tensor;
}
/** Made when asked for: training never makes the logits of a whole vocabulary. */
export interface TaskOutputs {
  /** `label`: [batch, labels]. `next_token`: [batch, length, vocabulary]. */
  logits(): Tensor;
  /** Scalar: mean or sum over the rows or targets that count (label not −100). */
  loss(supervised: Supervised, reduction: "mean" | "sum"): Tensor;
}
export interface TaskImplementation {
  readonly supervision: Supervision;
  /** Adds the head. `labels` is the number of labels. */
  head(
    layers: Layers,
    body: ModelOutputs,
    o: { readonly hidden: number; readonly labels: number; readonly dropout: number; readonly call: Call },
  ): TaskOutputs;
  /** The head's parameters, which train under every technique (path prefixes). */
  readonly headPaths: readonly string[];
}
export interface TechniqueImplementation {
  /** Whether a parameter of the base trains. */
  trains(call: Call, path: string): boolean;
  /** Wraps the layers: `linear` of the targets gets what the technique adds. */
  around(call: Call, layers: Layers): Layers;
  readonly saved: "peft" | "tunebook";
}
export interface OptimizerImplementation {
  /** Prefixes of the states it keeps for a parameter (`adam.m/`): `prefix + name`. A resumed run needs them. */
  readonly states: readonly string[];
  /** Adds state and updates for every trainable parameter, given gradients and the scalar inputs `rate` and `step`. */
  apply(
    call: Call,
    graph: Graph,
    trainable: readonly { readonly name: string; readonly value: Tensor; readonly gradient: Tensor }[],
    o: { readonly rate: Tensor; readonly step: Tensor; readonly clip: number | null },
  ): { readonly norm: Tensor };
}
/** What decoding starts from. */
export interface DecodingStart {
  /** The prompts' tokens without padding: what a repetition penalty looks at. */
  readonly prompts: readonly Int32Array[];
  readonly vocabulary: number;
  /** Tokens that end a text; they are part of what is generated. */
  readonly ends: ReadonlySet<number>;
  /** Fed for texts that have ended, while others go on. */
  readonly padId: number;
  /** Most tokens of each text. */
  readonly maxTokens: number;
  /** Number of each prompt among all that are asked for; absent: 0, 1, 2, … Chance goes by it, so batches change no text. */
  readonly numbers?: readonly number[];
}
export interface DecodingStep {
  /** The next token of each row of the model's batch, to be fed to it. */
  readonly tokens: Int32Array;
  /** For each of them the row of the batch before that it continues; null: each row continues itself. */
  readonly rows: Int32Array | null;
}
export interface DecodedText {
  /** What is settled so far; it only grows. */
  readonly tokens: readonly number[];
  /** Why it ended: a token of `ends`, `maxTokens`, or `stop`; null while it goes on. */
  readonly ended: "end" | "length" | "stop" | null;
  /** Of a search: the log-probability, after its length penalty. */
  readonly score?: number;
}
/** Decoding of one batch of prompts, step by step. */
export interface Decoding {
  /** `next`: the likeliest token of each row [rows] i32; `logits`: all of them [rows × vocabulary]. */
  readonly reads: "next" | "logits";
  /** Rows of the model's batch for each prompt after the first step. */
  readonly width: number;
  readonly done: boolean;
  /** One per prompt. */
  readonly texts: readonly DecodedText[];
  /** Takes what the model says: a row per prompt at first, then as many as the step before gave tokens. */
  step(said: Int32Array | Float32Array): DecodingStep;
  /** Ends a text early, keeping its first `keep` tokens. */
  stop(prompt: number, keep: number): void;
}
/** How the next tokens are chosen from what the model says of them: pure, and repeatable by its seed. */
export interface DecoderImplementation {
  begin(call: Call, start: DecodingStart): Decoding;
}
/** One turn of a conversation. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** What the turn is about, where the data keep it apart (Alpaca's `input`). */
  readonly context?: string;
}
/** Reads conversations from columns of data. Pure. */
export interface ConversationImplementation {
  /** Columns that it reads. */
  columns(call: Call): readonly string[];
  /** `values`: of those columns, in their order. `refused`: what is wrong with the row. */
  read(call: Call, values: readonly unknown[]): readonly Turn[] | { readonly refused: string };
}
/** Texts of special tokens that templates use; empty: the tokenizer has none. */
export interface SpecialTexts {
  readonly bos: string;
  readonly eos: string;
  /** What the tokenizer itself puts before every text. */
  readonly opening: string;
  /** All special tokens. */
  readonly all: readonly string[];
}
/** A part of a conversation as a model reads it. `answer`: the number of the turn that these characters answer, with the stop. */
export interface TemplatePiece {
  readonly text: string;
  readonly answer?: number;
}
/** How a conversation is written for a model: the whole text is the pieces one after the other. Pure. */
export interface TemplateImplementation {
  /** `prompt`: the last turn is answered next, so the answer's beginning stands at the end. `refused`: what it can't write. */
  pieces(
    turns: readonly Turn[],
    o: { readonly specials: SpecialTexts; readonly prompt: boolean },
  ): readonly TemplatePiece[] | { readonly refused: string };
  /** The token that ends an answer. */
  stop(specials: SpecialTexts): string;
}
export interface TokenizerImplementation {
  /** Specials included, cut to max_length, not padded. */
  encode(texts: readonly string[], maxLength: number): Promise<readonly Int32Array[]>;
  readonly padId: number;
}
export type { NDArray };

declare module "#dsl/registry.js" {
  interface Implementations {
    source: SourceImplementation;
    cleaner: CleanerImplementation;
    split: SplitImplementation;
    metric: MetricImplementation;
    schedule: ScheduleImplementation;
    stopping: StoppingImplementation;
    search: SearchImplementation;
    model: ModelImplementation;
    task: TaskImplementation;
    technique: TechniqueImplementation;
    optimizer: OptimizerImplementation;
    decoder: DecoderImplementation;
    conversation: ConversationImplementation;
    template: TemplateImplementation;
  }
}
