/**
 * A load on servers, as a process of its own: so many clients, each with a connection that stays open, each asks the next thing
 * as soon as it has its answer (a closed loop). Every answer is held to what it must be. Whoever starts it (`./drive.ts`) sends
 * a `ServerLoad`, and `"stop"` where the load is to end earlier; it sends what has been answered every 50 ms, and in the end what it came to.
 *
 * A request is lost where its connection ends without a whole answer. It is none where it was never sent: a client whose
 * connection is refused asks the next server (`servers`), as often as there are others, and ends where none is left. After a
 * 503 a client waits a tenth of a second.
 */
import { fileURLToPath } from "node:url";
import { createHistogram, performance, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { Client, type Dispatcher } from "undici";

export interface Load {
  /** Addresses; the first is asked while it takes connections. */
  readonly servers: readonly string[];
  readonly clients: number;
  /** Of measuring; before it so many seconds that don't count. */
  readonly seconds: number;
  readonly warm: number;
  readonly asks: readonly Ask[];
  /** Of each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** API keys; client n sends key n, and so on from the first again. */
  readonly keys?: readonly string[];
  /** A connection for each request, for a server that ends one after a stream without saying so. */
  readonly fresh?: boolean;
}
export interface Ask {
  readonly path: string;
  /** JSON. */
  readonly body: string;
  readonly answered: "label" | "text" | "vector";
  /** Any of them is right; null: what came first for this body is. Of a vector its first values (`firstValues`). */
  readonly expected: readonly string[] | null;
}
export interface Told {
  /** Right answers since the start, by which of `expected` they were. */
  readonly right: readonly number[];
  readonly wrong: number;
  /** Other statuses by status and code, and what became of connections. */
  readonly failed: Readonly<Record<string, number>>;
}
export interface Came extends Told {
  readonly seconds: number;
  /** Whole answers in that time; one that began before it or ended after it counts for a part. */
  readonly perSecond: number;
  /** ms, of answers that ended in that time; NaN where none did. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
  /** Of texts: ms until their first event; NaN where none were written. */
  readonly first: number;
  readonly tokensPerSecond: number;
  /** Of a core, what this process took. */
  readonly cores: number;
  /** What was answered to bodies that had no `expected`, by body. */
  readonly texts: Readonly<Record<string, string>>;
  /** Examples of what went wrong. */
  readonly examples: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly first: number;
}

class Loading {
  private readonly right: number[] = [];
  private wrong = 0;
  private readonly failed: Record<string, number> = {};
  private readonly examples: string[] = [];
  private readonly texts = new Map<string, string>();
  private readonly times: RecordableHistogram = createHistogram();
  private readonly firsts: RecordableHistogram = createHistogram();
  private answers = 0;
  private tokens = 0;
  private next = 0;
  private stopped = false;
  /** Measured between these, in ms. */
  private from = Infinity;
  private until = Infinity;

  constructor(private readonly load: Load) {}

  told(): Told {
    return { right: this.right, wrong: this.wrong, failed: this.failed };
  }
  stop(): void {
    this.stopped = true;
    this.until = Math.min(this.until, performance.now());
  }

  async run(): Promise<Came> {
    const { seconds, warm, clients } = this.load;
    this.from = performance.now() + warm * 1e3;
    this.until = this.from + seconds * 1e3;
    let used = process.cpuUsage();
    const warmed = setTimeout(() => (used = process.cpuUsage()), warm * 1e3);
    const ended = setTimeout(() => this.stop(), (warm + seconds) * 1e3);
    await Promise.all(
      Array.from({ length: clients }, (_, i) => this.client(this.load.keys?.[i % this.load.keys.length])),
    );
    for (const timer of [warmed, ended]) clearTimeout(timer);
    this.stop();
    const { user, system } = process.cpuUsage(used);
    const measured = (this.until - this.from) / 1e3;
    return {
      ...this.told(),
      seconds: measured,
      perSecond: this.answers / measured,
      p50: percentile(this.times, 50),
      p95: percentile(this.times, 95),
      p99: percentile(this.times, 99),
      most: percentile(this.times, 100),
      first: percentile(this.firsts, 50),
      tokensPerSecond: this.tokens / measured,
      cores: (user + system) / 1e3 / (performance.now() - this.from),
      texts: Object.fromEntries(this.texts),
      examples: this.examples,
    };
  }

  private async client(key: string | undefined): Promise<void> {
    for (const server of this.load.servers) {
      // One request after the other; a body that doesn't come for two minutes is lost.
      const client = new Client(server, { pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
      try {
        let refused = false;
        while (!this.stopped && !refused) refused = !(await this.one(client, key));
        if (!refused) return;
      } finally {
        await client.destroy();
      }
    }
  }

  /** False: the server takes no connections. */
  private async one(client: Client, key: string | undefined): Promise<boolean> {
    const { asks } = this.load;
    const asked = asks[this.next++ % asks.length]!;
    const begun = performance.now();
    try {
      const answer = await sent(client, asked, this.load, key);
      const ended = performance.now();
      const read = this.judged(asked, answer);
      if (read) this.counted(begun, ended, answer.first - begun, read.tokens);
      // Whoever is told to come again does so in a moment.
      if (answer.status === 503) await delay(100);
      return true;
    } catch (error) {
      const { code = "?", message } = error as NodeJS.ErrnoException;
      if (code === "ECONNREFUSED") return false;
      this.fails(`lost ${code}`, message);
      return true;
    }
  }

  private fails(as: string, example: string): void {
    this.failed[as] = (this.failed[as] ?? 0) + 1;
    if (this.examples.length < 5) this.examples.push(`${as}: ${example.slice(0, 300)}`);
  }

  private judged(asked: Ask, { status, text }: Answer): { readonly tokens: number } | null {
    if (status !== 200) {
      this.fails(`${String(status)} ${codeIn(text)}`, text);
      return null;
    }
    let said: Said;
    try {
      said = READ[asked.answered](text);
    } catch (error) {
      this.fails("unreadable", `${String(error)} in ${text}`);
      return null;
    }
    const first = this.texts.get(asked.body);
    if (!asked.expected && first === undefined) this.texts.set(asked.body, said.text);
    const same = asked.answered === "vector" ? near : (a: string, b: string): boolean => a === b;
    const which = (asked.expected ?? [first ?? said.text]).findIndex((one) => same(one, said.text));
    if (which >= 0) this.right[which] = (this.right[which] ?? 0) + 1;
    else {
      this.wrong += 1;
      if (this.examples.length < 5)
        this.examples.push(
          `wrong: ${said.text.slice(0, 200)} where ${JSON.stringify(asked.expected ?? first)} is right`,
        );
    }
    return said;
  }

  private counted(begun: number, ended: number, first: number, tokens: number): void {
    const inside =
      Math.max(0, Math.min(ended, this.until) - Math.max(begun, this.from)) / Math.max(1e-6, ended - begun);
    this.answers += inside;
    this.tokens += inside * tokens;
    if (ended < this.from || ended > this.until) return;
    this.times.record(Math.max(1, Math.round((ended - begun) * 1e3)));
    if (tokens > 0) this.firsts.record(Math.max(1, Math.round(first * 1e3)));
  }
}

/** In ms, of microseconds; NaN where there are none. */
function percentile(times: RecordableHistogram, percent: number): number {
  return times.count > 0 ? times.percentile(percent) / 1e3 : NaN;
}

function sent(client: Client, asked: Ask, { headers, fresh = false }: Load, key: string | undefined): Promise<Answer> {
  return new Promise((done, failed) => {
    let status = 0;
    let first = 0;
    const chunks: Buffer[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (_, code) => void (status = code),
      onResponseData: (_, chunk) => {
        if (first === 0) first = performance.now();
        chunks.push(chunk);
      },
      onResponseEnd: () => done({ status, first, text: Buffer.concat(chunks).toString() }),
      onResponseError: (_, error) => failed(error),
    };
    const type = {
      "content-type": "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    };
    client.dispatch({ path: asked.path, method: "POST", headers: type, body: asked.body, reset: fresh }, handler);
  });
}

interface Said {
  readonly text: string;
  readonly tokens: number;
}
const READ: Readonly<Record<Ask["answered"], (body: string) => Said>> = {
  label: (body) => {
    const labels = JSON.parse(body) as readonly { readonly label: string }[];
    return { text: labels[0]!.label, tokens: 0 };
  },
  vector: (body) => {
    const [vector] = JSON.parse(body) as readonly (readonly number[])[];
    return { text: firstValues(vector!), tokens: 0 };
  },
  text: written,
};

/** As `expected` says a vector. */
export const firstValues = (vector: Iterable<number>): string => JSON.stringify([...vector].slice(0, 4));
/** A batch's other texts move the last digits. */
function near(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => JSON.parse(text) as readonly number[]);
  return one!.length === other!.length && one!.every((x, i) => Math.abs(x - other![i]!) < 1e-3);
}

/** Of a stream's events: the text, and how many tokens `usage` counts. It must end with [DONE]. */
function written(body: string): Said {
  let [text, tokens, done] = ["", -1, false];
  for (const line of body.split("\n")) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice(5).trim();
    if (data === "[DONE]") {
      done = true;
      continue;
    }
    const event = JSON.parse(data) as {
      readonly choices?: readonly { readonly text?: string }[];
      readonly usage?: { readonly completion_tokens: number } | null;
      readonly error?: unknown;
    };
    if (event.error !== undefined) throw new Error("the stream tells an error");
    text += event.choices?.[0]?.text ?? "";
    tokens = event.usage?.completion_tokens ?? tokens;
  }
  if (!done || tokens < 0) throw new Error(done ? "no usage came" : "the stream has no end");
  return { text, tokens };
}

/** Of an error in anybody's shape. */
function codeIn(body: string): string {
  try {
    const { error, code, error_type } = JSON.parse(body) as {
      readonly error?: unknown;
      readonly code?: unknown;
      readonly error_type?: unknown;
    };
    const inner = (error as { readonly code?: unknown } | null)?.code;
    return [inner, code, error_type].find((one) => typeof one === "string") ?? "without a code";
  } catch {
    return "without a code";
  }
}

/** A whole process's work, where it was started as one. */
function serveParent(): void {
  let loading: Loading | null = null;
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: Load | "stop") => {
    if (message === "stop") return loading?.stop();
    loading = new Loading(message);
    const ticks = setInterval(() => process.send?.({ told: loading?.told() }), 50);
    void loading.run().then((came) => {
      clearInterval(ticks);
      process.send?.({ came }, undefined, {}, () => process.disconnect());
    });
  });
}
// Who imports it may be a process of others that has a parent, too.
if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) serveParent();
