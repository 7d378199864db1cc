/**
 * Metrics of a server: for Prometheus under /metrics, and for the live cell. Names are those of vLLM and Text
 * Embeddings Inference for the same metric, after `tunebook_`.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ComputeListener, HttpLoad, ModelLoad, ServedModelCollection, ServedModel } from "../contract.js";
import type { TextGenerationTimes } from "./call.js";

// Load of the last seconds: requests per second and latency.

/** Seconds of the window. */
const SPAN = 10;
/** Maximum stored latencies per second; beyond that, a random sample. */
const KEPT = 2048;

interface Second {
  time: number;
  requests: number;
  tokens: number;
  readonly times: Float64Array;
}

/** Load of the last seconds, one entry per second. */
export class RecentLoad {
  private readonly start = now();
  private readonly seconds = Array.from({ length: SPAN + 1 }, (): Second => ({
    time: -1,
    requests: 0,
    tokens: 0,
    times: new Float64Array(KEPT),
  }));

  add(ms: number): void {
    const second = this.current();
    const index = second.requests < KEPT ? second.requests : Math.floor(Math.random() * (second.requests + 1));
    if (index < KEPT) second.times[index] = ms;
    second.requests++;
  }
  addTokens(tokens: number): void {
    this.current().tokens += tokens;
  }

  summary(): Pick<HttpLoad, "perSecond" | "p50" | "p99" | "tokensPerSecond"> {
    const here = now();
    const seconds = this.seconds.filter(({ time }) => time >= 0 && here - time < SPAN);
    const span = Math.max(1, Math.min(SPAN, here - this.start + 1));
    const times = seconds.flatMap(({ times, requests }) => [...times.subarray(0, Math.min(KEPT, requests))]);
    times.sort((a, b) => a - b);
    return {
      perSecond: seconds.reduce((sum, { requests }) => sum + requests, 0) / span,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      tokensPerSecond: seconds.reduce((sum, { tokens }) => sum + tokens, 0) / span,
    };
  }

  private current(): Second {
    const time = now();
    const [first] = this.seconds;
    const second = this.seconds[time % (SPAN + 1)] ?? first;
    if (!second) throw new RangeError("there is no second");
    if (second.time !== time) Object.assign(second, { time, requests: 0, tokens: 0 });
    return second;
  }
}

const now = (): number => Math.floor(performance.now() / 1000);

/** The smallest of the sorted values that is at least as large as this share of them. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

export interface FinishedRequest {
  readonly route: string;
  /** A served model; null if the request reached none. */
  readonly model: string | null;
  readonly status: number;
  readonly seconds: number;
  readonly read: number;
  /** Null if nothing was generated for it. */
  readonly written: (TextGenerationTimes & { readonly began: number }) | null;
}

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Histogram buckets in seconds between tokens. */
const PACES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120];

export class ServerMetrics implements ComputeListener {
  private readonly registry = new Registry();
  private readonly requests: Counter<"route" | "model" | "status">;
  private readonly times: Histogram<"route" | "model" | "status">;
  private readonly tokens: Counter<"route" | "model" | "way">;
  private readonly first: Histogram<"route" | "model">;
  private readonly pace: Histogram<"route" | "model">;
  private readonly waits: Histogram<"model">;
  private readonly sizes: Histogram<"model">;
  private readonly recent = new RecentLoad();
  private all = 0;
  private failed = 0;

  constructor(
    private readonly models: ServedModelCollection,
    private readonly now: { underWay(): number; heldBytes(): number },
  ) {
    const registers = [this.registry];
    this.requests = new Counter({
      name: "tunebook_requests_total",
      help: "Requests that were answered.",
      labelNames: ["route", "model", "status"],
      registers,
    });
    this.times = new Histogram({
      name: "tunebook_request_seconds",
      help: "Time from a request's headers to the end of its response, by class of status.",
      labelNames: ["route", "model", "status"],
      buckets: SECONDS,
      registers,
    });
    this.first = new Histogram({
      name: "tunebook_time_to_first_token_seconds",
      help: "From a request's headers to the first token of its text.",
      labelNames: ["route", "model"],
      buckets: SECONDS,
      registers,
    });
    this.pace = new Histogram({
      name: "tunebook_time_per_output_token_seconds",
      help: "Time per token, from the first token of a response to its last.",
      labelNames: ["route", "model"],
      buckets: PACES,
      registers,
    });
    this.waits = new Histogram({
      name: "tunebook_request_queue_time_seconds",
      help: "Time that a text waited before its batch or generation started.",
      labelNames: ["model"],
      buckets: SECONDS,
      registers,
    });
    this.sizes = new Histogram({
      name: "tunebook_batch_size",
      help: "Texts of a batch of predictions, or of a generation step.",
      labelNames: ["model"],
      buckets: SIZES,
      registers,
    });
    this.tokens = new Counter({
      name: "tunebook_tokens_total",
      help: "Tokens of requests, by way: that were read for them (prompts too), or written.",
      labelNames: ["route", "model", "way"],
      registers,
    });
    gauge(registers, "tunebook_requests_under_way", "Requests that are being answered.", () => now.underWay());
    gauge(
      registers,
      "tunebook_requests_memory_bytes",
      "Memory of running requests and their responses, as far as is known.",
      () => now.heldBytes(),
    );
    gauge(
      registers,
      "tunebook_tokens_per_second",
      "Tokens that were read or written for requests, over the last ten seconds.",
      () => this.recent.summary().tokensPerSecond,
    );
    gauge(registers, "process_resident_memory_bytes", "Memory that the process holds.", () =>
      process.memoryUsage.rss(),
    );
    gauge(registers, "process_start_time_seconds", "Start time of the process.", () => began);
    this.machine();
    for (const [name, help, valueOf] of figures) this.perModel(name, help, valueOf);
    for (const [name, help, valueOf] of sums) this.summed(name, help, valueOf);
  }

  get type(): string {
    return this.registry.contentType;
  }
  text(): Promise<string> {
    return this.registry.metrics();
  }

  done({ route, model, status, seconds, read, written }: FinishedRequest): void {
    const which = { route, model: model ?? "" };
    this.all++;
    if (status >= 400) this.failed++;
    this.requests.inc({ ...which, status });
    this.times.observe({ ...which, status: `${String(Math.floor(status / 100))}xx` }, seconds);
    if (read > 0) this.tokens.inc({ ...which, way: "read" }, read);
    this.recent.add(seconds * 1000);
    if (!written) return;
    const { began, first, last } = written;
    this.tokens.inc({ ...which, way: "written" }, written.tokens);
    this.first.observe(which, (first - began) / 1000);
    if (written.tokens > 1) this.pace.observe(which, (last - first) / 1000 / (written.tokens - 1));
  }
  took(tokens: number): void {
    this.recent.addTokens(tokens);
  }
  waited(model: string, seconds: number): void {
    this.waits.observe({ model }, seconds);
  }
  batch(model: string, texts: number): void {
    this.sizes.observe({ model }, texts);
  }

  load(): HttpLoad {
    const models = this.models.list().map((model): [string, ModelLoad] => [model.name, model.load()]);
    return {
      requests: this.all,
      failed: this.failed,
      underWay: this.now.underWay(),
      ...this.recent.summary(),
      models: Object.fromEntries(models),
    };
  }

  private machine(): void {
    const { models } = this;
    const registers = [this.registry];
    new Gauge({
      name: "tunebook_build_info",
      help: "Always 1; by version and engines that run.",
      registers,
      labelNames: ["version", "engine"],
      collect() {
        this.reset();
        const { version, engines = [] } = models.facts?.() ?? {};
        const names = engines.map(({ name }) => name).sort();
        if (version !== undefined) this.set({ version, engine: names.join(",") }, 1);
      },
    });
    new Gauge({
      name: "tunebook_engine_memory_bytes",
      help: "Memory that an engine's process holds.",
      registers,
      labelNames: ["engine", "device"],
      collect() {
        this.reset();
        for (const { name, device, memory } of models.facts?.().engines ?? [])
          if (memory !== null) this.inc({ engine: name, device }, memory);
      },
    });
    gauge(
      registers,
      "tunebook_weights_bytes",
      "Weights of open models; weights shared by several models count once.",
      () => models.facts?.().weights ?? 0,
    );
    new Gauge({
      name: "tunebook_model_ready",
      help: "1: the model is ready; 0: /ready gives the reason.",
      registers,
      labelNames: ["model"],
      collect() {
        this.reset();
        const { models: not = {} } = models.ready();
        for (const { name } of models.list()) this.set({ model: name }, Object.hasOwn(not, name) ? 0 : 1);
      },
    });
  }

  private perModel(name: string, help: string, valueOf: (load: ModelLoad) => number): void {
    const { models } = this;
    new Gauge({
      name,
      help,
      labelNames: ["model"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const model of models.list()) this.set({ model: model.name }, valueOf(model.load()));
      },
    });
  }

  /** A counter that never decreases, even if a model is replaced by one that counts from zero. */
  private summed(name: string, help: string, valueOf: (load: ModelLoad) => number): void {
    const { models } = this;
    const known = new Map<string, { model: ServedModel; before: number; last: number }>();
    new Counter({
      name,
      help,
      labelNames: ["model"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const model of models.list()) {
          const sum = known.get(model.name) ?? { model, before: 0, last: 0 };
          if (sum.model !== model) Object.assign(sum, { model, before: sum.before + sum.last });
          sum.last = valueOf(model.load());
          known.set(model.name, sum);
          this.inc({ model: model.name }, sum.before + sum.last);
        }
      },
    });
  }
}

const began = Date.now() / 1000 - process.uptime();

const figures: readonly (readonly [name: string, help: string, of: (load: ModelLoad) => number])[] = [
  ["tunebook_waiting_texts", "Texts that wait for their batch, or to be written.", (l) => l.waiting],
  ["tunebook_working_texts", "Texts that are being answered or written.", (l) => l.working],
];
const sums: typeof figures = [
  ["tunebook_batches_total", "Batches that the model computed.", (l) => l.batches],
  ["tunebook_read_tokens_total", "Tokens that the model read.", (l) => l.tokensRead],
  ["tunebook_written_tokens_total", "Tokens that the model wrote.", (l) => l.tokensWritten],
  ["tunebook_cached_tokens_total", "Tokens of prompts that were reused from the cache.", (l) => l.tokensCached],
];

function gauge(registers: Registry[], name: string, help: string, valueOf: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(valueOf());
    },
  });
}
