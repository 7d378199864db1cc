/** Contacts a sweep's cluster from outside its cell: an unreachable cluster is reported within seconds. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clusterConnectionOf, type ClusterSearchPlace } from "../../../runs/together/search-place.js";
import { RayJobs } from "./jobs.js";

/** Time limit in ms for each response. */
const PATIENCE = 8000;

/** @param ask the request to send to the cluster. Throws the coded errors `search-away` and `ray-refused` */
export async function requestClusterOfSearch<T>(
  searchPlace: ClusterSearchPlace,
  ask: (ray: RayJobs) => Promise<T>,
  { patience = PATIENCE, signal }: { readonly patience?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const { sweep, address, token } = searchPlace;
  const cluster = clusterConnectionOf(searchPlace);
  try {
    return await ask(new RayJobs({ ...cluster, patience, ...(signal && { signal }) }));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const away = (why: string): CodedError => new CodedError("search-away", { sweep, address, why }, { cause: error });
    if (error.code === "ray-unreachable") throw away((error as CodedError<"ray-unreachable">).data.why);
    if (!asksForToken(error)) throw error;
    if (token === null) throw away("it requires a token, but the sweep was started without one");
    const has = cluster.token === undefined ? "the environment has none" : "the one in the environment is rejected";
    throw away(`it requires the token ${token}, but ${has}`);
  }
}

function asksForToken(error: CodedError): boolean {
  return error.code === "ray-refused" && [401, 403].includes((error as CodedError<"ray-refused">).data.status);
}
