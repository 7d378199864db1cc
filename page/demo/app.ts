/** The window of a demo page: the form, opening the embedded or given model, and the predictions. */
import type { ModelInputText, PageDemoData, PageDataPart } from "#stdlib/targets/shared/page/demo.js";
import { GAP_MARK, hasGap } from "#stdlib/targets/shared/page/gaps.js";
import { embeddedJson, makeElement } from "../app/make.js";
import { answerNodes } from "./answer-elements.js";
import { unpackBase64Gzip } from "./unpack.js";
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import type { DemoWorkerMethodName, DemoWorkerMethods, DemoWorkerReply } from "./protocol.js";

/**
 * The window's side of the worker: sends a request and receives one response. The worker's script is embedded in the
 * page.
 */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (result: unknown) => void; failed: (error: Error) => void }>();
  #next = 0;

  constructor(script: BlobPart) {
    this.#worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    this.#worker.onmessage = ({ data }: MessageEvent<DemoWorkerReply>) => {
      const { done, failed } = mustGet(this.#waiting, data.id, "a question");
      this.#waiting.delete(data.id);
      if ("error" in data) failed(new Error(data.error));
      else done(data.result);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(message));
      this.#waiting.clear();
    };
  }

  ask<M extends DemoWorkerMethodName>(
    method: M,
    params: DemoWorkerMethods[M]["params"],
    given: Transferable[] = [],
  ): Promise<DemoWorkerMethods[M]["result"]> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { done: resolve as (result: unknown) => void, failed: reject });
      this.#worker.postMessage({ id, method, params }, given);
    });
  }
}

function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as E;
}
/** Returns embedded data and removes it from the page: it is read once. */
function taken(part: PageDataPart): string {
  const element = byId(part);
  const text = element.textContent ?? "";
  element.remove();
  return text;
}

const demo = embeddedJson<PageDemoData>(taken("demo"));
const [text, other, go, form, answer] = [
  byId<HTMLTextAreaElement>("text"),
  byId<HTMLTextAreaElement>("other"),
  byId<HTMLButtonElement>("go"),
  byId<HTMLFormElement>("form"),
  byId("answer"),
];
/** Only a cross-origin-isolated page may share memory between threads. */
const threads = globalThis.crossOriginIsolated ? Math.max(1, Math.min(4, navigator.hardwareConcurrency)) : 1;
let asker: WorkerClient | undefined;
/** The token that stands for a hidden word, once the model is open and if it has one. */
let gap: string | null = null;
/** Number of the newest request: the answer to an older one is not shown. */
let newest = 0;

function tell(status: string, bad = false): void {
  byId("status").textContent = status;
  byId("status").dataset["is"] = bad ? "bad" : "";
}
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function describe(): void {
  byId("name").textContent = demo.name;
  byId("about").textContent = demo.card[0] ?? "";
  byId("card").append(...demo.card.map((line) => makeElement("li", {}, line)));
  byId("second").hidden = !demo.pairs;
  other.required = demo.pairs;
  if (demo.pairs) byId("text-label").textContent = "First text";
  if (demo.task.word === "question_answering") {
    byId("text-label").textContent = "Question";
    byId("other-label").textContent = "Context";
    text.rows = 2;
    other.rows = 8;
  }
  const list = demo.examples.map((example) => {
    const [first, second] = typeof example === "string" ? [example] : example;
    const parts = second === undefined ? [first] : [first, makeElement("small", { dir: "auto" }, second)];
    const button = makeElement("button", { type: "button", dir: "auto", disabled: true }, ...parts);
    button.onclick = () => {
      text.value = first;
      other.value = second ?? "";
      void ask();
    };
    return makeElement("li", {}, button);
  });
  byId("list").append(...list);
  byId("examples").hidden = list.length === 0;
}

function enable(): void {
  go.disabled = false;
  for (const button of byId("list").querySelectorAll("button")) button.disabled = false;
}

/** Returns what is missing in the form before a prediction; null if nothing is. */
function missing(): string | null {
  if (text.value.trim() === "" || (demo.pairs && other.value.trim() === "")) return "Write a text first.";
  if (gap === null || hasGap(text.value, gap)) return null;
  return `No word is missing in this text: write ${GAP_MARK} where the model is to name one.`;
}

async function ask(): Promise<void> {
  if (!asker || go.disabled) return;
  const lacks = missing();
  if (lacks !== null) {
    newest++;
    answer.replaceChildren(makeElement("p", { className: "bad" }, lacks));
    answer.hidden = false;
    return tell("");
  }
  const input: ModelInputText = demo.pairs ? [text.value, other.value] : text.value;
  const requestNumber = ++newest;
  tell("reading…");
  try {
    const view = await asker.ask("ask", input);
    if (requestNumber !== newest) return;
    answer.replaceChildren(...answerNodes(view, threads));
    tell("");
  } catch (error) {
    if (requestNumber !== newest) return;
    answer.replaceChildren(makeElement("p", { className: "bad" }, reason(error)));
    tell("");
  }
  answer.hidden = false;
}

async function open(model: string | ArrayBuffer): Promise<void> {
  tell("opening the model…");
  try {
    asker ??= new WorkerClient(await unpackBase64Gzip(parts.worker));
    const opening = { demo, tokenizer: parts.tokenizer, runtime: parts.runtime, model, threads };
    ({ gap } = await asker.ask("open", opening, typeof model === "string" ? [] : [model]));
    byId("give").hidden = true;
    document.documentElement.dataset["ready"] = String(Math.round(performance.now()));
    tell("ready");
    enable();
    offerGap();
  } catch (error) {
    tell(`the model did not open: ${reason(error)}`, true);
  }
}

/** Shows how to write a hidden word, and a button that inserts it at the cursor. */
function offerGap(): void {
  if (gap === null) return;
  byId("gap").hidden = false;
  byId("gap-how").textContent = `Write ${GAP_MARK} (or ${gap}) where a word is missing.`;
  byId("gap-write").onclick = () => {
    text.setRangeText(GAP_MARK, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  };
}

async function sumOf(buffer: ArrayBuffer): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", buffer);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${String(bytes)} bytes` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Reports a problem with a given file next to the file picker. */
function refuse(why: string): void {
  byId("give-told").textContent = why;
  tell(`waiting for ${demo.model.file ?? "the model"}`);
}

/** Opens the model file for a page without an embedded model. It must be the file that the page was verified with. */
async function given(file: File): Promise<void> {
  const { bytes, sha256 } = demo.model;
  const wanted = demo.model.file ?? "the model";
  if (file.size !== bytes)
    return refuse(
      `${file.name} is another file: it has ${megabytes(file.size)}, and ${wanted} has ${megabytes(bytes)}.`,
    );
  refuse("");
  tell("reading the file…");
  const buffer = await file.arrayBuffer();
  if ((await sumOf(buffer)) !== sha256)
    return refuse(`${file.name} is as large as ${wanted}, but it holds another model than this page was made with.`);
  await open(buffer);
}

function demand(name: string): void {
  const give = byId("give");
  const pick = byId<HTMLInputElement>("pick");
  give.hidden = false;
  byId("give-what").textContent =
    `This page came without its model. Drop ${name} (${megabytes(demo.model.bytes)}) here.`;
  tell(`waiting for ${name}`);
  pick.onchange = () => {
    const [file] = pick.files ?? [];
    // Clears the picker, so that a changed file of the same name can be picked again.
    if (file) void given(file).then(() => (pick.value = ""));
  };
  document.ondragover = (event) => {
    if (give.hidden) return;
    event.preventDefault();
    give.classList.add("over");
  };
  document.ondragleave = () => give.classList.remove("over");
  document.ondrop = (event) => {
    if (give.hidden) return;
    event.preventDefault();
    give.classList.remove("over");
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void given(file);
    else refuse(`That was no file: drop ${name} itself.`);
  };
}

const parts = { worker: taken("worker"), tokenizer: taken("tokenizer"), runtime: taken("runtime") };
const model = taken("model");
describe();
form.onsubmit = (event) => {
  event.preventDefault();
  void ask();
};
form.onkeydown = (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(go);
};
if (demo.model.file === null) void open(model);
else demand(demo.model.file);
