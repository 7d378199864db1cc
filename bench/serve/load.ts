/**
 * A load on servers, in a separate process: several clients, each with a persistent connection. Each sends the next
 * request as soon as it has its response (a closed loop). Every response is verified. The parent (`./drive.ts`) sends a
 * `ServerLoad`, and `"stop"` to end the load early. The process sends a report every 50 ms, and the final results at
 * the end.
 *
 * A request is lost if its connection ends without a complete response. It does not count if it was never sent. A
 * client whose connection is refused tries the next server (`servers`), and ends if none is left. After a 503 a client
 * waits a tenth of a second.
 */
import { fileURLToPath } from "node:url";
import { createHistogram, performance, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { Client, type Dispatcher } from "undici";

export interface Load {
  /** Server URLs; the first is used as long as it accepts connections. */
  readonly servers: readonly string[];
  readonly clients: number;
  /** Duration of measuring; `warm`: seconds before it that do not count. */
  readonly seconds: number;
  readonly warm: number;
  readonly asks: readonly Ask[];
  readonly headers?: Readonly<Record<string, string>>;
  /** API keys, assigned to the clients in turn: client n sends key n, starting over after the last. */
  readonly keys?: readonly string[];
  /** Uses a new connection per request, for servers that close one after a stream without announcing it. */
  readonly fresh?: boolean;
}
export interface Ask {
  readonly path: string;
  /** Request body as JSON. */
  readonly body: string;
  readonly answered: "label" | "text" | "vector";
  /**
   * Accepted responses. If null, the first response to this body is the expected one. For a vector: its first values
   * (`firstValues`).
   */
  readonly expected: readonly string[] | null;
}
export interface Told {
  /** Correct responses since the start, by index in `expected`. */
  readonly right: readonly number[];
  readonly wrong: number;
  /** Failures: other statuses by status and code, and connection errors. */
  readonly failed: Readonly<Record<string, number>>;
}
export interface Came extends Told {
  readonly seconds: number;
  /** Complete responses per second; one that began earlier or ended later counts in part. */
  readonly perSecond: number;
  /** Milliseconds of responses completed in the measured time; NaN if none were. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
  /** Milliseconds until the first event of a text; NaN if no text was generated. */
  readonly first: number;
  readonly tokensPerSecond: number;
  /** Share of a core used by this process. */
  readonly cores: number;
  /** Responses to bodies without `expected`, by body. */
  readonly texts: Readonly<Record<string, string>>;
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
  /** Start and end of the measured time, in ms. */
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
      // Sends one request at a time; a body that takes longer than two minutes counts as lost.
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

  /** Returns false if the server accepts no connections. */
  private async one(client: Client, key: string | undefined): Promise<boolean> {
    const { asks } = this.load;
    const asked = asks[this.next++ % asks.length]!;
    const begun = performance.now();
    try {
      const answer = await sent(client, asked, this.load, key);
      const ended = performance.now();
      const read = this.judged(asked, answer);
      if (read) this.counted(begun, ended, answer.first - begun, read.tokens);
      // A client waits a moment after a 503, as the server requests.
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

/** Milliseconds, from values in microseconds; NaN if there are none. */
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

/** First values of a vector, in the format of `expected`. */
export const firstValues = (vector: Iterable<number>): string => JSON.stringify([...vector].slice(0, 4));
/** Compares with tolerance, since other texts in a batch change the last digits. */
function near(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => JSON.parse(text) as readonly number[]);
  return one!.length === other!.length && one!.every((x, i) => Math.abs(x - other![i]!) < 1e-3);
}

/** Parses a stream's events: the text, and the token count of `usage`. The stream must end with [DONE]. */
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

/** Returns the code of an error response in any server's format. */
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

/** Runs a load for the parent process, if this module was started as a process. */
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
// A process that imports this module may itself have a parent.
if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) serveParent();
