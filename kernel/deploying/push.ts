/**
 * A deployed folder to a repository of the Hugging Face hub, by the hub's own client: large files by LFS, in parts, so that what
 * is there already isn't sent again; then one commit, so that nobody sees half of it. A repository that is made is private
 * unless told. The token is in no message.
 */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { createRepo, HubApiError, modelInfo, uploadFilesWithProgress } from "@huggingface/hub";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Push } from "#stdlib/kinds/target.js";
import { hubEndpoint } from "../bases/hub.js";
import type { Progress } from "../core/session/host-context.js";
import "./push-codes.js";

export interface Pushed {
  readonly url: string;
  /** Of the hub's repository. */
  readonly commit: string;
  readonly private: boolean;
}

/** Coded errors `secret-missing`, `wrong-repository`: before anything is written. */
export function tokenOf({ env, repository }: Push): string {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new CodedError("wrong-repository", { repository });
  const token = process.env[env]?.trim();
  if (!token) throw new CodedError("secret-missing", { env });
  return token;
}

/** Coded errors `push-public`, `push-failed`. */
export async function pushFolder(
  folder: string,
  { repository, private: hidden }: Push,
  token: string,
  o: { readonly onProgress?: ((progress: Progress) => void) | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Pushed> {
  const hub = { hubUrl: hubEndpoint(), accessToken: token };
  const repo = { type: "model", name: repository } as const;
  try {
    await demandRepository(hub, repo, hidden);
    const files = filesIn(folder).map((path) => ({
      path: relative(folder, path).split(sep).join("/"),
      content: pathToFileURL(path),
    }));
    const upload = uploadFilesWithProgress({
      ...{ ...hub, repo, files, commitTitle: "Deploy with Tunebook", useWebWorkers: false, useXet: false },
      ...(o.signal && { abortSignal: o.signal }),
    });
    for (;;) {
      const next = await upload.next();
      if (next.done) {
        const commit = next.value?.commit.oid ?? "";
        return { url: `${hub.hubUrl}/${repository}`, commit, private: hidden };
      }
      const { value } = next;
      if (value.event === "fileProgress")
        o.onProgress?.({
          label: `${value.path} sent to ${repository}`,
          done: Math.round(100 * value.progress),
          total: 100,
        });
    }
  } catch (error) {
    if (error instanceof CodedError || o.signal?.aborted) throw error;
    throw new CodedError("push-failed", { repository, why: whyOf(error, token) });
  }
}

/** It is there, and no more public than was asked for. */
async function demandRepository(
  hub: { readonly hubUrl: string; readonly accessToken: string },
  repo: { readonly type: "model"; readonly name: string },
  hidden: boolean,
): Promise<void> {
  try {
    await createRepo({ ...hub, repo, private: hidden });
  } catch (error) {
    if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error;
    const found = await modelInfo({ ...hub, name: repo.name });
    if (hidden && !found.private) throw new CodedError("push-public", { repository: repo.name });
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** In the hub's own words, whatever stands in them of the token left out. */
function whyOf(error: unknown, token: string): string {
  const status = error instanceof HubApiError ? `the hub answers ${error.statusCode}: ` : "";
  const text = error instanceof Error ? `${error.message}${causeOf(error)}` : String(error);
  return `${status}${text.split("\n")[0] ?? ""}`.replaceAll(token, "…");
}
function causeOf({ cause }: Error): string {
  return cause instanceof Error ? ` (${cause.message})` : "";
}
