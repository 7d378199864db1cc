/**
 * A demo page as a file: the prebuilt template of all pages (dist/page/demo.json) with a model and its metadata, and
 * the reverse, for the proof. The model's data are base64, or JSON in which no tag can begin.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import * as v from "valibot";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PageDemoData, PageDataPart } from "#stdlib/targets/shared/page/demo.js";
import { objectWith, parseJsonAs, parseJsonOrNull, type Schema } from "../fetch/json.js";

const BUILT = fileURLToPath(new URL("../../page/demo.json", import.meta.url));
const zipped = promisify(gzip);

export interface PageTemplate {
  /** Version of ONNX Runtime. */
  readonly version: string;
  readonly template: string;
  readonly style: string;
  readonly app: string;
  /** gzip as base64. */
  readonly worker: string;
  readonly runtime: string;
}
const schema: Schema<PageTemplate> = objectWith({
  version: v.string(),
  template: v.string(),
  style: v.string(),
  app: v.string(),
  worker: v.string(),
  runtime: v.string(),
});
/** Throws the coded error `page-unbuilt`. */
export async function readPageTemplate(): Promise<PageTemplate> {
  try {
    return parseJsonAs(await readFile(BUILT, "utf8"), schema);
  } catch (cause) {
    throw new CodedError("page-unbuilt", {}, { cause });
  }
}

export interface PageContents {
  readonly demo: PageDemoData;
  /** The tokenizer's files, as JSON. */
  readonly tokenizer: string;
  /** Null: the page does not include the model. */
  readonly model: Uint8Array | null;
}

/** Returns the complete page. Coded error `page-unbuilt`. */
export async function renderPage({ demo, tokenizer, model }: PageContents): Promise<string> {
  const parts = {
    demo: JSON.stringify(demo).replaceAll("<", "\\u003c"),
    tokenizer: await packed(Buffer.from(tokenizer, "utf8")),
    model: model ? await packed(model) : "",
  };
  return filled(await readPageTemplate(), parts, demo.name);
}

/** Parts that differ between pages. */
type Own = Readonly<Record<Exclude<PageDataPart, "worker" | "runtime">, string>>;

/** Part of the page's metadata that the proof reads. */
const known: Schema<{ readonly name: string; readonly model: Pick<PageDemoData["model"], "file"> }> = objectWith({
  name: v.string(),
  model: objectWith({ file: v.nullable(v.string()) }),
});

function filled(built: PageTemplate, parts: Own, name: string): string {
  const values: Readonly<Record<string, string>> = {
    POLICY: policyFor(built),
    TITLE: escaped(name),
    STYLE: built.style,
    DEMO: parts.demo,
    TOKENIZER: parts.tokenizer,
    RUNTIME: built.runtime,
    MODEL: parts.model,
    WORKER: built.worker,
    APP: built.app,
  };
  return built.template.replace(/%([A-Z]+)%/g, (whole, what: string) => values[what] ?? whole);
}

/** Content security policy: no network access; only the page's own scripts, by checksum, and the blobs they create. */
function policyFor({ style, app }: Pick<PageTemplate, "style" | "app">): string {
  const sum = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    ...["default-src 'none'", "connect-src 'none'"],
    `script-src ${sum(app)} blob: 'wasm-unsafe-eval'`,
    ...["worker-src blob:", `style-src ${sum(style)}`, "base-uri 'none'", "form-action 'none'"],
  ].join("; ");
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${String(sign.charCodeAt(0))};`);

async function packed(bytes: Uint8Array): Promise<string> {
  return (await zipped(bytes, { level: 9 })).toString("base64");
}

export interface OpenedPage {
  readonly contents: Own;
  readonly built: PageTemplate;
  /** Name of the model's file, if it is next to the page. */
  readonly file: string | null;
}
/**
 * Extracts the page's own parts and verifies the shared ones: only scripts of this version of Tunebook may run. Coded
 * error `page-unbuilt`; other errors if the file is no such page.
 */
export async function openPage(page: string): Promise<OpenedPage> {
  const built = await readPageTemplate();
  const part = (id: PageDataPart): string => {
    const [, text] = new RegExp(`<script type="[\\w/]+" id="${id}">([^<]*)</script>`).exec(page) ?? [];
    if (text === undefined) throw new Error(`the file is not a page with a model: it has no ${id}`);
    return mustExist(text, "a part");
  };
  const parts = { demo: part("demo"), tokenizer: part("tokenizer"), model: part("model") };
  const demo = parseJsonOrNull(parts.demo, known);
  if (!demo) throw new Error("the file is not a page with a model: its description cannot be read");
  if (filled(built, parts, demo.name) !== page)
    throw new Error("its scripts are not those of this Tunebook, which only runs its own: deploy the model again");
  return { contents: parts, built, file: demo.model.file };
}

export function unpackPagePart(text: string): Buffer {
  return gunzipSync(Buffer.from(text, "base64"));
}
