/**
 * A project's page of a package index in pip's simple form: JSON, or HTML if a mirror has no JSON. Entries are
 * validated: a file has a plain name, an HTTP URL and at most one checksum; other entries are skipped.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import * as v from "valibot";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { getText } from "./http.js";
import { objectWith, parseJsonAs, schemaGuard, optionalUnknown } from "./json.js";

export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256?: string;
  readonly size?: number;
  readonly yanked: boolean;
  readonly metadata: boolean;
}

/** All files on a project's page of a simple index; empty if there is no such page. */
export async function listProjectFiles(
  address: string,
  signal: AbortSignal | undefined,
): Promise<readonly IndexFile[]> {
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.2, application/vnd.pypi.simple.v1+html;q=0.1";
  const answer = await getText(address, { headers: { accept }, signal });
  if (answer === null) return [];
  const { text, type } = answer;
  return type.includes("json") ? listJson(text, address) : listHtml(text, address);
}

function listJson(text: string, address: string): readonly IndexFile[] {
  let answer: unknown;
  try {
    answer = parseJsonAs(text, v.unknown());
  } catch (cause) {
    throw new CodedError("network-failed", { url: redactedUrl(address), why: "its response is not JSON" }, { cause });
  }
  return (isPage(answer) ? answer.files : []).flatMap((f) => {
    if (!isFile(f)) return [];
    return listed({
      filename: f.filename,
      url: f.url,
      address,
      sha256: isRecord(f.hashes) ? f.hashes["sha256"] : undefined,
      size: f.size,
      yanked: f.yanked !== undefined && f.yanked !== false,
      metadata: Boolean(f["core-metadata"] ?? f["data-dist-info-metadata"]),
    });
  });
}
const isPage = schemaGuard(objectWith({ files: v.array(v.unknown()) }));
const isFile = schemaGuard(
  objectWith({
    filename: v.string(),
    url: v.string(),
    hashes: optionalUnknown,
    size: optionalUnknown,
    yanked: optionalUnknown,
    "core-metadata": optionalUnknown,
    "data-dist-info-metadata": optionalUnknown,
  }),
);

async function listHtml(text: string, address: string): Promise<readonly IndexFile[]> {
  const { Parser } = await import("htmlparser2");
  const files: IndexFile[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      const href = attributes["href"];
      if (name !== "a" || href === undefined || !URL.canParse(href, address)) return;
      const { pathname, hash } = new URL(href, address);
      files.push(
        ...listed({
          filename: unescaped(pathname.split("/").at(-1) ?? ""),
          url: href.replace(/#.*$/s, ""),
          address,
          sha256: /sha256=([^&]*)/.exec(hash)?.[1],
          yanked: "data-yanked" in attributes,
          metadata: "data-core-metadata" in attributes || "data-dist-info-metadata" in attributes,
        }),
      );
    },
  });
  parser.end(text);
  return files;
}

/** Converts one entry; empty if it is invalid. */
function listed(entry: {
  readonly filename: string;
  readonly url: string;
  readonly address: string;
  readonly sha256?: unknown;
  readonly size?: unknown;
  readonly yanked: boolean;
  readonly metadata: boolean;
}): readonly IndexFile[] {
  const { filename, url, address, sha256, size, yanked, metadata } = entry;
  if (!isPlainName(filename) || !URL.canParse(url, address)) return [];
  const place = new URL(url, address);
  if (!/^https?:$/.test(place.protocol)) return [];
  if (sha256 !== undefined && !(typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256))) return [];
  return [
    {
      filename,
      url: place.href,
      ...(typeof sha256 === "string" && { sha256 }),
      ...(Number.isSafeInteger(size) && Number(size) >= 0 && { size: Number(size) }),
      yanked,
      metadata,
    },
  ];
}

/** A name that refers to the same file in any folder of any system. */
function isPlainName(name: string): boolean {
  return name.length <= 250 && /^[A-Za-z0-9][\w.!+-]*$/.test(name);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
