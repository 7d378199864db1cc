/** What a server tells of itself: figures for Prometheus under /metrics, and what the live cell shows. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { HttpLoad, ModelLoad, Models, ServedModel } from "../contract.js";

/** Of one request that is over. */
export interface Done {
  readonly route: string;
  /** Of those that are served; null: it came to none. */
  readonly model: string | null;
  readonly status: number;
  readonly seconds: number;
  readonly tokens: number;
  /** Whether the tokens were written; else read. */
  readonly writes: boolean;
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120];

export class Counts {
  private readonly registry = new Registry();
  private readonly requests: Counter<"route" | "model" | "status">;
  private readonly times: Histogram<"route" | "model">;
  private readonly tokens: Counter<"route" | "model" | "way">;
  private readonly first: Histogram<"route" | "model">;
  private readonly recent = new Recent();
  private all = 0;
  private failed = 0;

  constructor(
    private readonly models: Models,
    private readonly underWay: () => number,
  ) {
    const registers = [this.registry];
    this.requests = new Counter({
      ...{ name: "tunebook_requests_total", help: "Requests that were answered." },
      labelNames: ["route", "model", "status"],
      registers,
    });
    this.times = new Histogram({
      ...{ name: "tunebook_request_seconds", help: "From a request's headers to the end of its answer." },
      ...{ labelNames: ["route", "model"], buckets: SECONDS, registers },
    });
    this.first = new Histogram({
      ...{ name: "tunebook_first_token_seconds", help: "From a request's headers to the first bit of its text." },
      ...{ labelNames: ["route", "model"], buckets: SECONDS, registers },
    });
    this.tokens = new Counter({
      ...{ name: "tunebook_tokens_total", help: "Tokens of requests, by way: that were read for them, or written." },
      ...{ labelNames: ["route", "model", "way"], registers },
    });
    gauge(registers, "tunebook_requests_under_way", "Requests that are being answered.", () => this.underWay());
    gauge(registers, "process_resident_memory_bytes", "Memory that the process holds.", () =>
      process.memoryUsage.rss(),
    );
    gauge(registers, "process_start_time_seconds", "When the process began.", () => began);
    for (const [name, help, of] of figures) this.perModel(name, help, of);
    for (const [name, help, of] of sums) this.summed(name, help, of);
  }

  get type(): string {
    return this.registry.contentType;
  }
  text(): Promise<string> {
    return this.registry.metrics();
  }

  done({ route, model, status, seconds, tokens, writes }: Done): void {
    const which = { route, model: model ?? "" };
    this.all++;
    if (status >= 400) this.failed++;
    this.requests.inc({ ...which, status });
    this.times.observe(which, seconds);
    if (tokens > 0) this.tokens.inc({ ...which, way: writes ? "written" : "read" }, tokens);
    this.recent.add(seconds * 1000);
  }
  wrote(tokens: number): void {
    this.recent.addTokens(tokens);
  }
  began(route: string, model: string | null, seconds: number): void {
    this.first.observe({ route, model: model ?? "" }, seconds);
  }

  load(): HttpLoad {
    const models = this.models.list().map((model): [string, ModelLoad] => [model.name, model.load()]);
    return {
      ...{ requests: this.all, failed: this.failed, underWay: this.underWay() },
      ...this.recent.told(),
      models: Object.fromEntries(models),
    };
  }

  private perModel(name: string, help: string, of: (load: ModelLoad) => number): void {
    const { models } = this;
    new Gauge({
      ...{ name, help, labelNames: ["model"], registers: [this.registry] },
      collect() {
        this.reset();
        for (const model of models.list()) this.set({ model: model.name }, of(model.load()));
      },
    });
  }

  /** What only grows: also where a model takes another's place, and counts from zero. */
  private summed(name: string, help: string, of: (load: ModelLoad) => number): void {
    const { models } = this;
    const known = new Map<string, { model: ServedModel; before: number; last: number }>();
    new Counter({
      ...{ name, help, labelNames: ["model"], registers: [this.registry] },
      collect() {
        this.reset();
        for (const model of models.list()) {
          const sum = known.get(model.name) ?? { model, before: 0, last: 0 };
          if (sum.model !== model) Object.assign(sum, { model, before: sum.before + sum.last });
          sum.last = of(model.load());
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
  ["tunebook_cached_tokens_total", "Tokens of prompts that were not read anew.", (l) => l.tokensCached],
];

function gauge(registers: Registry[], name: string, help: string, of: () => number): void {
  new Gauge({
    ...{ name, help, registers },
    collect() {
      this.set(of());
    },
  });
}

/** Seconds that are looked back on. */
const SPAN = 10;
/** Times that are kept of one second; of more, some by chance. */
const KEPT = 2048;

interface Second {
  at: number;
  requests: number;
  tokens: number;
  readonly times: Float64Array;
}

/** The last seconds, each by itself. */
class Recent {
  private readonly start = now();
  private readonly seconds = Array.from({ length: SPAN + 1 }, (): Second => ({
    at: -1,
    requests: 0,
    tokens: 0,
    times: new Float64Array(KEPT),
  }));

  add(ms: number): void {
    const second = this.current();
    const at = second.requests < KEPT ? second.requests : Math.floor(Math.random() * (second.requests + 1));
    if (at < KEPT) second.times[at] = ms;
    second.requests++;
  }
  addTokens(tokens: number): void {
    this.current().tokens += tokens;
  }

  told(): Pick<HttpLoad, "perSecond" | "p50" | "p99" | "tokensPerSecond"> {
    const here = now();
    const seconds = this.seconds.filter(({ at }) => at >= 0 && here - at < SPAN);
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
    const at = now();
    const [first] = this.seconds;
    const second = this.seconds[at % (SPAN + 1)] ?? first;
    if (!second) throw new RangeError("there is no second");
    if (second.at !== at) Object.assign(second, { at, requests: 0, tokens: 0 });
    return second;
  }
}

const now = (): number => Math.floor(performance.now() / 1000);

/** Of sorted values, the least that so large a share of them doesn't exceed. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
