/** A server that stores what MLflow's clients send, and can be unavailable in every way. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Mood = "well" | "broken" | "hanging" | "closing" | "html" | "elsewhere" | "slow" | "busy" | "lost";
interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly timestamp: number;
}
export interface KeptRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  readonly metrics: Metric[];
  status: string;
}

export class TrackerServer {
  mood: Mood = "well";
  /** Paths of the requests, in order. */
  readonly asked: string[] = [];
  readonly authorization = new Set<string>();
  readonly experiments = new Map<string, string>();
  readonly runs = new Map<string, KeptRun>();
  readonly files = new Map<string, Buffer>();
  readonly versions: {
    readonly name: string;
    readonly run: string;
    readonly source: string;
    readonly version: string;
  }[] = [];
  readonly aliases = new Map<string, string>();
  /** Requests that hang. */
  readonly hanging: ServerResponse[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }
  static async start(): Promise<TrackerServer> {
    const one = new TrackerServer();
    await new Promise<void>((done) => one.server.listen(0, "127.0.0.1", done));
    return one;
  }
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
  run(name: string): KeptRun {
    const found = [...this.runs.values()].filter((one) => one.name === name);
    if (found.length !== 1) throw new Error(`${String(found.length)} runs are called ${name}`);
    return found[0]!;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? "";
    this.asked.push(`${request.method ?? ""} ${path}`);
    if (request.headers.authorization !== undefined) this.authorization.add(request.headers.authorization);
    const body = Buffer.concat(chunks);
    const say = (status: number, json: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    };
    switch (this.mood) {
      case "broken":
        return say(500, { error_code: "INTERNAL_ERROR", message: "no" });
      case "busy":
        return say(429, { error_code: "REQUEST_LIMIT_EXCEEDED", message: "later" });
      case "hanging":
        this.hanging.push(response);
        return;
      case "closing":
        request.socket.destroy();
        return;
      case "html":
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
        return;
      case "elsewhere":
        response.writeHead(307, { location: `http://127.0.0.1:9/${path}` }).end();
        return;
      case "slow": {
        response.writeHead(200, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(" "), 100);
        response.on("close", () => clearInterval(timer));
        return;
      }
      case "lost":
        if (!/runs\/create|log-batch/.test(path)) return this.served(request.method ?? "", path, body, say);
        // The server executes the request but sends no reply.
        this.served(request.method ?? "", path, body, () => undefined);
        request.socket.destroy();
        return;
      default:
        this.served(request.method ?? "", path, body, say);
    }
  }

  private served(method: string, path: string, body: Buffer, say: (status: number, json: object) => void): void {
    const [route = "", query = ""] = path.replace(/^\/api\/2\.0\//, "").split("?");
    if (route.startsWith("mlflow-artifacts/artifacts/")) {
      this.files.set(decodeURIComponent(route.slice("mlflow-artifacts/artifacts/".length)), body);
      return say(200, {});
    }
    const asked = new URLSearchParams(query);
    const json = (body.length > 0 ? JSON.parse(body.toString()) : {}) as Record<string, unknown>;
    const none = () => say(404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "there is none" });
    switch (`${method} ${route}`) {
      case "GET mlflow/experiments/get-by-name": {
        const id = this.experiments.get(asked.get("experiment_name") ?? "");
        return id === undefined ? none() : say(200, { experiment: { experiment_id: id, lifecycle_stage: "active" } });
      }
      case "POST mlflow/experiments/create": {
        const id = String(this.experiments.size + 1);
        this.experiments.set(json["name"] as string, id);
        return say(200, { experiment_id: id });
      }
      case "POST mlflow/runs/search": {
        const wanted = /= '(.*)'$/.exec(json["filter"] as string)?.[1];
        const found = [...this.runs.values()].filter((one) => one.tags["tunebook.run"] === wanted);
        return say(200, { runs: found.map((one) => this.told(one)) });
      }
      case "POST mlflow/runs/create": {
        const one: KeptRun = {
          ...{
            id: `r${String(this.runs.size + 1)}`,
            experiment: json["experiment_id"] as string,
            name: json["run_name"] as string,
          },
          tags: Object.fromEntries(
            (json["tags"] as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
          ),
          ...{ params: {}, metrics: [], status: "RUNNING" },
        };
        this.runs.set(one.id, one);
        return say(200, { run: this.told(one) });
      }
      case "POST mlflow/runs/log-batch": {
        const run = this.runs.get(json["run_id"] as string);
        if (!run) return none();
        const metrics = (json["metrics"] ?? []) as Metric[];
        if (metrics.length > 1000) return say(400, { error_code: "INVALID_PARAMETER_VALUE", message: "too many" });
        // As in MLflow, identical metrics are stored once.
        const known = new Set(run.metrics.map((one) => JSON.stringify(one)));
        run.metrics.push(...metrics.filter((one) => !known.has(JSON.stringify(one))));
        for (const { key, value } of (json["params"] ?? []) as { key: string; value: string }[])
          run.params[key] = value;
        return say(200, {});
      }
      case "POST mlflow/runs/update": {
        const run = this.runs.get(json["run_id"] as string);
        if (!run) return none();
        run.status = json["status"] as string;
        return say(200, {});
      }
      case "POST mlflow/registered-models/create":
        return say(200, {});
      case "GET mlflow/model-versions/search": {
        const run = /run_id = '(.*)'/.exec(asked.get("filter") ?? "")?.[1];
        return say(200, { model_versions: this.versions.filter((one) => one.run === run) });
      }
      case "POST mlflow/model-versions/create": {
        const version = String(this.versions.length + 1);
        this.versions.push({
          ...{ name: json["name"] as string, run: json["run_id"] as string, source: json["source"] as string, version },
        });
        return say(200, { model_version: { version } });
      }
      case "POST mlflow/registered-models/alias":
        this.aliases.set(json["alias"] as string, json["version"] as string);
        return say(200, {});
      default:
        return none();
    }
  }
  private told({ id, experiment }: KeptRun): object {
    return { info: { run_id: id, artifact_uri: `mlflow-artifacts:/${experiment}/${id}/artifacts` } };
  }
}
