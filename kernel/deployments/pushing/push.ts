/**
 * Pushes a deployed folder to a repository of the Hugging Face hub, with the hub's own client. Large files use LFS, in
 * parts, so that existing ones aren't sent again; one commit publishes everything at once. A new repository is private
 * unless requested otherwise, and its reported visibility is the hub's. No message contains the token.
 */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { commitIter, createRepo, HubApiError, modelInfo } from "@huggingface/hub";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { HubPushDestination } from "#stdlib/targets/kind.js";
import { readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { hubEndpoint } from "../../bases/hub-files.js";
import type { ProgressUpdate } from "../../host/host-context.js";

// HTTP for pushes by the hub's client. Each call ends with the signal; small ones also on a timeout. A request with a
// body follows no redirect to another host, which would send the model to somebody else.

/** Milliseconds to wait for a response, except for files. */
export const HUB_TIMEOUT_MS = 120_000;
/** Maximum redirects within a host, as the hub uses for renamed repositories. */
const MOST_REDIRECTS = 3;

/** Returns the `fetch` of the hub's client. Its errors are plain, for the push's report. */
export function createHubFetch(signal?: AbortSignal, patience = HUB_TIMEOUT_MS): typeof fetch {
  return async (input, init = {}) => {
    const file = typeof init.body === "object" && init.body !== null;
    const limit = file ? null : AbortSignal.timeout(patience);
    const ends = [signal, init.signal, limit].filter((one) => one !== undefined && one !== null);
    const requestInit = { ...init, ...(ends.length > 0 && { signal: AbortSignal.any(ends) }) };
    try {
      return await (init.body === undefined || init.body === null
        ? fetch(input, requestInit)
        : sent(input, requestInit));
    } catch (error) {
      if (!limit?.aborted || signal?.aborted) throw error;
      throw new Error(`no response within ${String(patience / 1000)} seconds`, { cause: error });
    }
  };
}

async function sent(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  let url = new URL(input instanceof Request ? input.url : String(input));
  for (let on = 0; on <= MOST_REDIRECTS; on++) {
    const answer = await fetch(url, { ...init, redirect: "manual" });
    if (answer.status < 300 || answer.status >= 400) return answer;
    const to = new URL(answer.headers.get("location") ?? url.href, url);
    await answer.body?.cancel();
    if (to.origin !== url.origin) throw new Error(`${url.host} sends it on to another host, ${to.host}`);
    // Other redirects would drop the body.
    if (answer.status !== 307 && answer.status !== 308)
      throw new Error(`${url.host} redirects with ${String(answer.status)}, which drops the content`);
    url = to;
  }
  throw new Error(`${url.host} sends it on again and again`);
}

export interface PushedRepository {
  readonly url: string;
  /** Commit in the hub's repository. */
  readonly commit: string;
  /** Visibility as reported by the hub. */
  readonly private: boolean;
}

/** The hub's syntax of owner and repository names; excludes parts that would leave the path. */
const PART = /^(?!.*(?:\.\.|--))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** Throws the coded errors `secret-missing`, `secret-malformed`, `wrong-repository`, before anything is written. */
export function pushTokenOf({ env, repository }: HubPushDestination): string {
  const parts = repository.split("/");
  if (parts.length !== 2 || !parts.every((part) => PART.test(part)) || repository.endsWith(".git"))
    throw new CodedError("wrong-repository", { repository });
  return readHeaderSecret(env);
}

/** Throws the coded errors `push-public`, `push-failed`. */
export async function pushFolder(
  folder: string,
  { repository, private: hidden, env }: HubPushDestination,
  token: string,
  options: {
    readonly onProgress?: ((progress: ProgressUpdate) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PushedRepository> {
  const hub: Hub = { hubUrl: hubEndpoint(), accessToken: token, fetch: createHubFetch(options.signal) };
  const repo = { type: "model", name: repository } as const;
  try {
    const isPrivate = await demandRepository(hub, repo, hidden);
    const operations = filesIn(folder).map((path) => ({
      operation: "addOrUpdate" as const,
      path: relative(folder, path).split(sep).join("/"),
      content: pathToFileURL(path),
    }));
    const upload = commitIter({
      ...hub,
      repo,
      operations,
      title: "Deploy with Tunebook",
      useWebWorkers: false,
      useXet: false,
      ...(options.signal && { abortSignal: options.signal }),
    });
    for (;;) {
      const next = await upload.next();
      if (next.done) {
        const url = `${redactedUrl(hub.hubUrl)}/${repository}`;
        return { url, commit: commitIn(next.value?.commit.oid), private: isPrivate };
      }
      const { value } = next;
      if (value.event === "fileProgress")
        options.onProgress?.({
          label: `${value.path} sent to ${repository}`,
          done: Math.round(100 * value.progress),
          total: 100,
        });
    }
  } catch (error) {
    if (error instanceof CodedError || options.signal?.aborted) throw error;
    const status = error instanceof HubApiError ? { status: error.statusCode } : {};
    throw new CodedError("push-failed", { repository, env, why: whyOf(error, token), ...status });
  }
}

interface Hub {
  readonly hubUrl: string;
  readonly accessToken: string;
  readonly fetch: typeof fetch;
}

/** Requires a commit id: a response without one does not show whether anything was committed. */
function commitIn(oid: unknown): string {
  if (typeof oid === "string" && /^[0-9a-f]{7,64}$/.test(oid)) return oid;
  throw new Error("the response names no commit, so it is unknown whether anything was stored");
}

/**
 * Creates the repository if it is missing, and requires that it is not more public than requested. Returns whether the
 * hub reports it as private.
 */
async function demandRepository(
  hub: Hub,
  repo: { readonly type: "model"; readonly name: string },
  hidden: boolean,
): Promise<boolean> {
  try {
    await createRepo({ ...hub, repo, visibility: hidden ? "private" : "public" });
  } catch (error) {
    if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error;
  }
  const found = (await modelInfo({ ...hub, name: repo.name })) as { readonly private?: unknown };
  if (typeof found.private !== "boolean")
    throw new Error("the response does not say whether the repository is private");
  if (hidden && !found.private) throw new CodedError("push-public", { repository: repo.name });
  return found.private;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Returns the hub's message with the token removed. */
function whyOf(error: unknown, token: string): string {
  const status = error instanceof HubApiError ? `the hub returned ${error.statusCode}: ` : "";
  const text = error instanceof Error ? `${error.message}${causeOf(error)}` : String(error);
  return `${status}${text.replaceAll(token, "…").split("\n")[0] ?? ""}`;
}
function causeOf({ cause }: Error): string {
  return cause instanceof Error ? ` (${cause.message})` : "";
}
