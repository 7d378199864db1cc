/** Client of MLflow's REST API, at the address in the program. */
import { TrackerRefusalError, type TrackerHttpRequest, type TrackerHost } from "../kind.js";
import { valueAtPath, textAtPath } from "./answers.js";

/** Sends requests to one server. */
export class MlflowClient {
  constructor(
    private readonly options: { readonly url: string } & Pick<TrackerHttpRequest, "env" | "user">,
    private readonly door: Pick<TrackerHost, "ask">,
  ) {}

  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    return this.ask({ method: "GET", path: `${path}?${new URLSearchParams(query).toString()}` });
  }
  post(path: string, json: object): Promise<unknown> {
    return this.ask({ method: "POST", path, json });
  }
  /** Returns the experiment's id; null if the name does not exist. */
  async experimentNamed(name: string): Promise<string | null> {
    try {
      const found = await this.get("mlflow/experiments/get-by-name", { experiment_name: name });
      const stage = valueAtPath(found, ["experiment", "lifecycle_stage"]);
      if (stage === "deleted")
        throw new TrackerRefusalError(400, `its experiment ${name} was deleted: restore it there, or name another one`);
      return textAtPath(found, "experiment", "experiment_id");
    } catch (error) {
      if (error instanceof TrackerRefusalError && error.code === "RESOURCE_DOES_NOT_EXIST") return null;
      throw error;
    }
  }
  ask({
    method,
    path,
    ...more
  }: Pick<TrackerHttpRequest, "method" | "json" | "file"> & { readonly path: string }): Promise<unknown> {
    const { url, ...who } = this.options;
    return this.door.ask({ method, url: `${url}/api/2.0/${path}`, ...more, ...who });
  }
}
