/** A project's page of a package index in pip's simple form: JSON, or HTML where a mirror has no JSON. */
import { Parser } from "htmlparser2";
import { getText } from "./http.js";

/** A file of a project, as its index lists it. */
export interface Listed {
  readonly filename: string;
  readonly url: string;
  readonly sha256?: string;
  readonly size?: number;
  readonly yanked: boolean;
  readonly metadata: boolean;
}

/** All files on a project's page of a simple index; none where there is no such page. */
export async function listFiles(address: string, signal: AbortSignal | undefined): Promise<readonly Listed[]> {
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.2, application/vnd.pypi.simple.v1+html;q=0.1";
  const answer = await getText(address, { headers: { accept }, signal });
  if (answer === null) return [];
  const { text, type } = answer;
  return type.includes("json") ? listJson(text, address) : listHtml(text, address);
}

function listJson(text: string, address: string): readonly Listed[] {
  interface Answer {
    files?: {
      filename: string;
      url: string;
      hashes?: { sha256?: string };
      size?: number;
      yanked?: unknown;
      "core-metadata"?: unknown;
      "data-dist-info-metadata"?: unknown;
    }[];
  }
  const answer = JSON.parse(text) as Answer;
  return (answer.files ?? []).map((f) => ({
    filename: f.filename,
    url: new URL(f.url, address).href,
    ...(f.hashes?.sha256 === undefined ? {} : { sha256: f.hashes.sha256 }),
    ...(f.size === undefined ? {} : { size: f.size }),
    yanked: f.yanked !== undefined && f.yanked !== false,
    metadata: Boolean(f["core-metadata"] ?? f["data-dist-info-metadata"]),
  }));
}

function listHtml(text: string, address: string): readonly Listed[] {
  const files: Listed[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      const href = attributes["href"];
      if (name !== "a" || href === undefined) return;
      const url = new URL(href, address);
      const sha256 = /sha256=([0-9a-f]{64})/.exec(url.hash)?.[1];
      url.hash = "";
      files.push({
        filename: decodeURIComponent(url.pathname.split("/").at(-1) ?? ""),
        url: url.href,
        ...(sha256 === undefined ? {} : { sha256 }),
        yanked: "data-yanked" in attributes,
        metadata: "data-core-metadata" in attributes || "data-dist-info-metadata" in attributes,
      });
    },
  });
  parser.end(text);
  return files;
}
