/**
 * What the words of each kind do at run time. One interface per kind, gathered here because a runner needs them together;
 * a word's `load()` gives the implementation of its kind.
 */
import type { ColumnTable } from "arquero";
import type { Call } from "#dsl/plan/plan.js";
import type { Graph, RopeOptions, Tensor } from "#dsl/graph/builder.js";
import type { NDArray, Type } from "#dsl/graph/program.js";
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
/** Numbers beside those that a model gave, row by row. */
export interface NumberMetricInput {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}
/** Sets of labels: rows × labels, row-major, 1 where the row has the label. */
export interface LabelSetMetricInput {
  readonly labels: readonly string[];
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  readonly probabilities: Float32Array;
}
/** Tags of words, text by text. */
export interface TagMetricInput {
  readonly scheme: "bio" | "iob2" | "none";
  readonly truth: readonly (readonly string[])[];
  readonly predicted: readonly (readonly string[])[];
}
/** Texts that a model wrote, row by row beside those that it should have written. */
export interface WrittenMetricInput {
  readonly written: readonly string[];
  readonly targets: readonly string[];
}
/** One function for each sort of outcome that it measures; the word's capability `of` names them. */
export interface MetricImplementation {
  compute?(call: Call, input: MetricInput): number;
  /** Over texts that a model continues or fills: from the loss of their tokens. */
  ofTokens?(call: Call, input: TokenMetricInput): number;
  ofNumbers?(call: Call, input: NumberMetricInput): number;
  ofLabelSets?(call: Call, input: LabelSetMetricInput): number;
  ofTags?(call: Call, input: TagMetricInput): number;
  ofWritten?(call: Call, input: WrittenMetricInput): number;
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
  /** Of encoder-decoders: what the decoder reads, [batch, targets_length] i32; `input_ids` are the encoder's. */
  readonly decoder_input_ids?: Tensor;
  /** [batch, decoder's keys] i32; absent: all are real (padding comes after a text, where no token looks). */
  readonly decoder_attention_mask?: Tensor;
  /** i32 [targets_length]: places of the decoder's tokens among its keys; absent: 0, 1, 2, … */
  readonly decoder_positions?: Tensor;
}
export interface ModelOutputs {
  /** [batch, length, hidden]; of an encoder-decoder the decoder's, [batch, targets_length, hidden]. */
  readonly last_hidden_state: Tensor;
  /** [batch, hidden], what a sentence-level head reads; absent: the model has none. */
  readonly pooled?: Tensor;
  /** [batch, hidden], what stands first where a technique put virtual tokens before the text; absent: the text's first token does. */
  readonly first?: Tensor;
  /** A decoder's output embedding [vocabulary, hidden], tied or its own (`lm_head.weight`). */
  readonly unembedding?: Tensor;
  /** The family's own head that names masked tokens, made when asked for with the layers of a head; absent: it has none. */
  readonly unmask?: (head: Layers) => Unmasking;
}
/** Logits of masked tokens are transform(x) · weightᵀ + bias, x [rows, hidden] or [batch, length, hidden]. */
export interface Unmasking {
  transform(x: Tensor): Tensor;
  /** [vocabulary, size], as a rule the input embedding. */
  readonly weight: Tensor;
  /** [vocabulary]. */
  readonly bias: Tensor;
}
/** How a parameter begins that the checkpoint doesn't have; absent: as the model's config says (`initializer_range`). */
export type ParameterInitial =
  | "zeros"
  | "ones"
  /** Standard deviation. */
  | { readonly normal: number }
  /** Between ± this. */
  | { readonly uniform: number }
  | { readonly value: NDArray }
  /** Rows of a parameter as it begins, in this order. */
  | { readonly rows: readonly number[]; readonly of: Tensor }
  /** Euclidean norms of the rows or columns of a parameter as it begins. */
  | { readonly norms: "rows" | "columns"; readonly of: Tensor };
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
export interface EmbeddingOptions {
  readonly rows: number;
  readonly size: number;
  /** The padding token, whose row gets no gradient (PyTorch's `padding_idx`); absent or null: every row does. */
  readonly padding?: number | null;
  /** How the table begins in a model from scratch. */
  readonly initial?: ParameterInitial;
}
/** Every call carries the checkpoint's parameter path, so that a technique can rewrite around it. */
export interface Layers {
  readonly graph: Graph;
  parameter(path: string, shape: readonly number[], initial?: ParameterInitial): Tensor;
  /** x·Wᵀ + b with W [out, in] at `path.weight`, b at `path.bias`. */
  linear(path: string, x: Tensor, o: LinearOptions): Tensor;
  /** `kind`: `layer` (scale and, unless `bias` is false, bias; the default) or `rms` (scale alone; `offset` is added to it, 1 in Gemma). */
  norm(
    path: string,
    x: Tensor,
    o: {
      readonly size: number;
      readonly epsilon: number;
      readonly kind?: "layer" | "rms";
      readonly offset?: 0 | 1;
      readonly bias?: boolean;
    },
  ): Tensor;
  embedding(path: string, ids: Tensor, o: EmbeddingOptions): Tensor;
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
  /** Whether the checkpoint holds a tensor for that parameter. */
  has(path: string): boolean;
  /** The same layers for what lies outside the body, named without its prefix (`lm_head`). */
  readonly outside: Layers;
}
/** The head that reads a whole text, as the family's ...ForSequenceClassification in transformers has it. */
export interface SentenceHead<C = unknown> {
  /** Paths of its layers in a checkpoint; the last of them has a row for each label. */
  readonly paths: readonly [string, ...string[]];
  /** Rate of its dropout; absent: `ModelImplementation.headDropout`. */
  dropout?(config: C): number;
  /** [batch, labels]. `layers` name parameters without the body's prefix. */
  logits(
    layers: Layers,
    body: ModelOutputs,
    o: { readonly hidden: number; readonly labels: number; readonly dropout: number },
  ): Tensor;
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
  /** Dropout that the config names for heads; absent: `dropout`. */
  headDropout?(config: C): number;
  /** Absent: the family labels no whole texts. */
  readonly sentence?: SentenceHead<C>;
  /** Encoders read whole texts, decoders continue them. */
  readonly shape: "encoder" | "decoder" | "encoder-decoder";
  /** Prefix of the body's parameters in a checkpoint with a head (`bert.`); a body-only checkpoint has none. */
  readonly prefix: string;
  /** Size facts for the plan: layers, hidden, heads, vocabulary, positions. */
  sizes(config: C): ModelSizes;
}
export interface ModelSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  /** Width of one head; absent: hidden / heads. */
  readonly headSize?: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Token types; absent: the family takes none. */
  readonly types?: number;
}
/** Values of some rows and their tokens, as a task reads them. */
export interface RowsToTeach {
  readonly count: number;
  /** One value per row; undefined: the data have no such role. */
  values(role: string): ArrayLike<unknown> | undefined;
  /** Numbers of the rows in their source, for errors. */
  readonly numbers: ArrayLike<number>;
  /** Tokens as they are fed. */
  ids(row: number): Int32Array;
  /** Of rows of `words`: where the first piece of each word lies among the row's tokens, and how many words were cut off. */
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  /** The model's labels. */
  readonly labels: readonly string[];
  readonly tokenizer: TokenNames;
  /** For errors. */
  readonly model: string;
  readonly data: string;
  readonly call: Call;
}
export interface TokenNames {
  readonly vocabulary: number;
  /** Token that stands for one to be filled in; null: the tokenizer has none. */
  readonly mask: number | null;
  /** Tokens that are no text (`[CLS]`, `[PAD]`, `[UNK]`, ...). */
  readonly special: ReadonlySet<number>;
  /** As the vocabulary has them (`##ing`). */
  tokens(ids: Int32Array): readonly string[];
}
/** A batch whose rows a task is asked about. */
export interface TaughtBatch {
  readonly rows: ArrayLike<number>;
  /** Tokens that each row is padded to. */
  readonly width: number;
  /** What chance goes by, beside the row: the recipe's seed and the epoch (from 0). */
  readonly seed: number;
  readonly epoch: number;
}
/** What rows teach, asked batch by batch. */
export interface Taught {
  /** What the loss of a batch is the mean of: rows, or trained places. */
  counts(batch: Omit<TaughtBatch, "width">): number;
  /** What the batch is fed beside its texts. `input_ids` [rows × width] may be written to. */
  feeds(batch: TaughtBatch, input_ids: Int32Array): Readonly<Record<string, NDArray>>;
}
/** How a task's rows are fed; the runner knows no more of a task than this. */
export interface Supervision {
  /**
   * `texts`: the role `text`, cut at `max_length`. `words`: the role `tokens`, whose pieces are laid one after the other and
   * cut. `windows`: longer texts become several rows, every token but the first is learnt (`targets` and `labels` i32
   * [targets]: the trained positions in the flattened [batch × length] and the token that follows each). `pairs`: the roles
   * `input` and `target`, both cut; a decoder reads each target shifted by one (`decoder_input_ids`), and `targets` are places
   * in the flattened [batch × targets_length].
   */
  readonly rows: "texts" | "words" | "windows" | "pairs";
  /** Inputs of the programs that make a loss: `labels`, and `targets` where places of texts are trained. */
  inputs(labels: number): Readonly<Record<"labels", Type> & Partial<Record<"targets", Type>>>;
  /** What rows teach; null: the data don't say it. Coded errors. Absent: windows and pairs. */
  teach?(rows: RowsToTeach): Taught | null;
}
export interface Supervised {
  readonly labels: Tensor;
  /** Where places of texts are trained. */
  readonly targets?: Tensor;
}
/** Made when asked for: training never makes the logits of a whole vocabulary. */
export interface TaskOutputs {
  /** [batch, labels], or [batch, length, labels or vocabulary] of tasks that tell of tokens: then only of `targets` where given. */
  logits(targets?: Tensor): Tensor;
  /** Absent: logits are not made probabilities. */
  probabilities?(logits: Tensor): Tensor;
  /** Scalar: mean or sum over what counts (`Taught.counts`; label not −100). */
  loss(supervised: Supervised, reduction: "mean" | "sum"): Tensor;
}
/** Rows that were asked about. */
export interface AskedRows {
  readonly count: number;
  /** Tokens as they were fed. */
  ids(row: number): Int32Array;
  words?(row: number): { readonly starts: Int32Array; readonly cut: number };
  readonly labels: readonly string[];
  readonly tokenizer: TokenNames;
  readonly call: Call;
}
/** What an evaluation found. */
export interface Scored {
  /** Told at each validation while training; `loss` among them. */
  readonly told: Readonly<Record<string, number>>;
  /** NaN where the metric measures something else. */
  measure(metric: MetricImplementation, call: Call): number;
  /** Of labels; else both are empty. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted]. */
  readonly confusion: readonly (readonly number[])[];
  /** What `Mistake.by` is: how sure the model was, or how far off. */
  readonly mistakesBy: "probability" | "error";
  /** The gravest first; `row` counts from 0 in what was scored. */
  mistakes(most: number): readonly Mistake[];
  readonly notes?: readonly string[];
}
export interface Mistake {
  readonly row: number;
  readonly truth: string;
  readonly predicted: string;
  readonly by: number;
}
/** What the logits of whole rows mean. */
export interface Answers<T extends Taught = Taught, P extends { readonly text: string } = { readonly text: string }> {
  /** Places of a row's tokens that are asked about; absent: the row as a whole. */
  places?(rows: AskedRows, row: number): Int32Array;
  /** `said`: each row's logits, place by place. Absent: scores come from the loss alone. */
  score?(said: readonly Float32Array[], taught: T, rows: AskedRows): Scored;
  /** As `predict` gives them; the record's capability `prediction` is their TypeScript type. */
  predictions(
    said: readonly Float32Array[],
    texts: readonly string[],
    rows: AskedRows,
  ): Promise<readonly P[]> | readonly P[];
  /** Heads of the columns beside `text` in which predictions are shown. */
  readonly columns: readonly string[];
  cells(prediction: P): readonly string[];
}
export interface TaskImplementation {
  readonly supervision: Supervision;
  /** Adds the head. `labels` is the number of labels. */
  head(
    layers: Layers,
    body: ModelOutputs,
    o: {
      readonly hidden: number;
      readonly labels: number;
      readonly dropout: number;
      readonly call: Call;
      /** The family's own head over a whole text: [batch, outputs]. */
      sentence(outputs: number): Tensor;
    },
  ): TaskOutputs;
  /** The head's parameters, which train under every technique (path prefixes); `sentence`: those of the family's own head. */
  readonly headPaths: readonly string[] | "sentence";
  /** Whether the head reads what the body pools; absent: yes. */
  readonly pooled?: false;
  /** How many numbers the head gives for that many labels; absent: as many. */
  outputs?(labels: number): number;
  /** Absent: a task that writes texts. */
  readonly answers?: Answers;
}
/** A rewrite of any family's body: what trains, and what is put around linear layers, blocks, attention or the whole. */
export interface TechniqueImplementation {
  /** Whether a parameter trains: one of the base, or one that the technique adds. The head trains under every technique. */
  trains(call: Call, path: string): boolean;
  /** Whether the technique adds a parameter: no base has it. Absent: it adds none. */
  adds?(call: Call, path: string): boolean;
  /** Wraps the layers: `linear` of the targets gets what the technique adds. Called once for each program. */
  around(call: Call, layers: Layers): Layers;
  /** Wraps the whole body (`build`, over layers and inputs): what lengthens sequences or feeds attention. Absent: nothing does. */
  body?(call: Call, o: BodyOptions): ModelOutputs;
  /** Virtual tokens, where it makes some. */
  virtual?(call: Call): VirtualTokens;
  /** What the call says in words, as numbers: `encode` gives a text's tokens, specials included. Absent: the call as it is. */
  resolve?(call: Call, world: { encode(text: string): Promise<readonly number[]> }): Promise<Call>;
  /** What makes up a trained model: every weight, or what trains (over a base that stays what it was). */
  readonly saved: "model" | "trained";
  /** Of `trained`: the name of a state in the adapter's file; absent: its own. */
  fileName?(name: string): string;
  /** Of `trained`: what adapter_config.json says beside the weights; absent: the technique's own words alone. */
  config?(call: Call, about: AdapterFacts): Readonly<Record<string, unknown>>;
}
export interface BodyOptions {
  readonly layers: Layers;
  readonly inputs: ModelInputs;
  readonly sizes: ModelSizes;
  /** A text is continued: the cache holds what came before, virtual tokens included, and the mask covers it. */
  readonly continues: boolean;
  build(layers: Layers, inputs: ModelInputs): ModelOutputs;
}
export interface VirtualTokens {
  /** Positions that they take from the text. */
  readonly positions: number;
  /** Places that they take in a key-value cache. */
  readonly cached: number;
}
/** What a configuration beside an adapter's weights may tell of the model that it belongs to. */
export interface AdapterFacts {
  readonly base: string;
  /** PEFT's name of the task (`SEQ_CLS`); null: it has none. */
  readonly task: string | null;
  /** Modules of the head, which is saved too. */
  readonly head: readonly string[];
  readonly sizes: ModelSizes;
  /** States that are saved, by their own names. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  /** Whether linear layers lie as [in, out] in the base. */
  readonly inOut: boolean;
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
  /** Two texts in one row, cut together: the longer one gives up tokens first. `types`: 0 and 1 where they are told apart. */
  encodePairs(
    first: readonly string[],
    second: readonly string[],
    maxLength: number,
  ): Promise<readonly { readonly ids: Int32Array; readonly types: Int32Array }[]>;
  /** Each word by itself, one after the other, specials around them; not cut. A word without pieces is the unknown token. */
  encodeWords(
    rows: readonly (readonly string[])[],
  ): Promise<readonly { readonly ids: Int32Array; readonly starts: Int32Array }[]>;
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
