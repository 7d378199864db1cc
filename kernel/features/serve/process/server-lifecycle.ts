/**
 * Lifecycle of a server in this process: open, serve, reload, end. The first SIGTERM or SIGINT ends it gracefully, a
 * second one at once. SIGHUP reloads folders, keys and certificates.
 */

/** Time for requests in progress at shutdown, in ms. */
export const SHUTDOWN_GRACE_MS = 30_000;

export interface RunningServer {
  reload(): Promise<void>;
  /** Finishes the requests in progress for at most `grace` ms; returns the number that were aborted. */
  stop(grace: number): Promise<number>;
}
export interface ServerProcessOptions {
  /** Grace period after a signal, in ms. Defaults to `SHUTDOWN_GRACE_MS`. */
  readonly grace?: number;
  /** Exit status if a second signal ends the process at once. */
  forcedStatus(signal: NodeJS.Signals): number;
  /** Whether a SIGHUP ends the server, as when a terminal is closed. By default it never does. */
  endsWithTerminal?(): boolean;
}
/** The first request to stop. */
export interface StopRequest {
  /** Null if it was not a signal. */
  readonly signal: NodeJS.Signals | null;
  readonly grace: number;
}
export interface ServerEnd extends StopRequest {
  /** Requests without a response at the end of the grace period. */
  readonly cut: number;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

export class ServerLifecycle<S extends RunningServer> {
  readonly stopRequested: Promise<StopRequest>;
  private requestStop: (stop: StopRequest) => void = () => undefined;
  private readonly aborting = new AbortController();
  private server: S | null = null;
  private signals = 0;
  private isReloadPending = false;

  /** Handles signals until `dispose`. */
  constructor(private readonly options: ServerProcessOptions) {
    this.stopRequested = new Promise((resolve) => (this.requestStop = resolve));
    for (const name of SIGNALS) process.on(name, this.onSignal);
    process.on("SIGHUP", this.onHangUp);
  }

  /** The server once it is open; null before. */
  get current(): S | null {
    return this.server;
  }

  /**
   * Opens the server, calls `ready`, and serves until a stop is requested; a stop while it opens aborts the signal that `open`
   * gets. Errors of opening are thrown unless a stop was requested.
   */
  async run(open: (signal: AbortSignal) => Promise<S>, ready: (server: S) => void | Promise<void>): Promise<ServerEnd> {
    const { signal } = this.aborting;
    let server: S;
    try {
      server = await open(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ...(await this.stopRequested), cut: 0 };
    }
    if (signal.aborted) return { ...(await this.stopRequested), cut: await server.stop(0) };
    this.server = server;
    await ready(server);
    if (this.isReloadPending) void server.reload();
    const stop = await this.stopRequested;
    return { ...stop, cut: await server.stop(stop.grace) };
  }

  /** Requests the end; only the first request counts. */
  stop(grace: number, signal: NodeJS.Signals | null = null): void {
    this.requestStop({ signal, grace });
    this.aborting.abort();
  }

  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.onSignal);
    process.off("SIGHUP", this.onHangUp);
  }

  private readonly onSignal = (name: NodeJS.Signals): void => {
    if (++this.signals > 1) process.exit(this.options.forcedStatus(name));
    this.stop(this.options.grace ?? SHUTDOWN_GRACE_MS, name);
  };
  /** A reload waits for the server to open. */
  private readonly onHangUp = (): void => {
    if (this.options.endsWithTerminal?.()) this.onSignal("SIGTERM");
    else if (this.server) void this.server.reload();
    else this.isReloadPending = true;
  };
}
