/** The window of a demo page: the form, the model that is opened by it or given to it, and answers. */
import type { AskedText, Demo, Part } from "#stdlib/lib/targets/page/demo.js";
import { Asker } from "./asker.js";
import { make } from "../app/make.js";
import { answerShown } from "./shown.js";
import { unpacked } from "./unpack.js";

function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as E;
}
/** What lies in the page, which goes from it: it is read once. */
function taken(part: Part): string {
  const element = byId(part);
  const text = element.textContent ?? "";
  element.remove();
  return text;
}

const demo = JSON.parse(taken("demo")) as Demo;
const [text, other, go, form, answer] = [
  byId<HTMLTextAreaElement>("text"),
  byId<HTMLTextAreaElement>("other"),
  byId<HTMLButtonElement>("go"),
  byId<HTMLFormElement>("form"),
  byId("answer"),
];
/** Only an isolated page may share memory between threads. */
const threads = globalThis.crossOriginIsolated ? Math.max(1, Math.min(4, navigator.hardwareConcurrency)) : 1;
let asker: Asker | undefined;
/** The newest question: an older one's answer is not shown. */
let newest = 0;

function tell(status: string, bad = false): void {
  byId("status").textContent = status;
  byId("status").dataset["is"] = bad ? "bad" : "";
}
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function describe(): void {
  byId("name").textContent = demo.name;
  byId("about").textContent = demo.card[0] ?? "";
  byId("card").append(...demo.card.map((line) => make("li", {}, line)));
  byId("second").hidden = !demo.pairs;
  other.required = demo.pairs;
  if (demo.pairs) byId("text-label").textContent = "First text";
  const list = demo.examples.map((example) => {
    const [first, second] = typeof example === "string" ? [example] : example;
    const parts = second === undefined ? [first] : [first, make("small", { dir: "auto" }, second)];
    const button = make("button", { type: "button", dir: "auto", disabled: true }, ...parts);
    button.onclick = () => {
      text.value = first;
      other.value = second ?? "";
      void ask();
    };
    return make("li", {}, button);
  });
  byId("list").append(...list);
  byId("examples").hidden = list.length === 0;
}

function enable(): void {
  go.disabled = false;
  for (const button of byId("list").querySelectorAll("button")) button.disabled = false;
}

async function ask(): Promise<void> {
  if (!asker || go.disabled) return;
  const asked: AskedText = demo.pairs ? [text.value, other.value] : text.value;
  const own = ++newest;
  tell("reading…");
  try {
    const view = await asker.ask("ask", asked);
    if (own !== newest) return;
    answer.replaceChildren(...answerShown(view, threads));
    tell("");
  } catch (error) {
    if (own !== newest) return;
    answer.replaceChildren(make("p", { className: "bad" }, reason(error)));
    tell("");
  }
  answer.hidden = false;
}

async function open(model: string | ArrayBuffer): Promise<void> {
  tell("opening the model…");
  try {
    asker ??= new Asker(await unpacked(parts.worker));
    const opening = { demo, tokenizer: parts.tokenizer, runtime: parts.runtime, model, threads };
    await asker.ask("open", opening, typeof model === "string" ? [] : [model]);
    byId("give").hidden = true;
    document.documentElement.dataset["ready"] = String(Math.round(performance.now()));
    tell("ready");
    enable();
  } catch (error) {
    tell(`the model did not open: ${reason(error)}`, true);
  }
}

async function sumOf(buffer: ArrayBuffer): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", buffer);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The file of a page that came without its model: it must be the one that the page was proved with. */
async function given(file: File): Promise<void> {
  const { bytes, sha256 } = demo.model;
  const other = `${file.name} is another file than the one that this page was made with`;
  if (file.size !== bytes) return tell(other, true);
  tell("reading the file…");
  const buffer = await file.arrayBuffer();
  if ((await sumOf(buffer)) !== sha256) return tell(other, true);
  await open(buffer);
}

function demand(name: string): void {
  const give = byId("give");
  const pick = byId<HTMLInputElement>("pick");
  give.hidden = false;
  const size = `${(demo.model.bytes / 1e6).toFixed(1)} MB`;
  byId("give-what").textContent = `This page came without its model. Drop ${name} (${size}) here.`;
  tell(`waiting for ${name}`);
  pick.onchange = () => {
    const [file] = pick.files ?? [];
    if (file) void given(file);
  };
  document.ondragover = (event) => {
    event.preventDefault();
    give.classList.add("over");
  };
  document.ondragleave = () => give.classList.remove("over");
  document.ondrop = (event) => {
    event.preventDefault();
    give.classList.remove("over");
    const [file] = event.dataTransfer?.files ?? [];
    if (file && !give.hidden) void given(file);
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
