/** The window: combines editor, diagnostics, phases and files, and keeps the program in the page's URL. */
import type { CheckResult, FileListEntry, GivenFile, Machine, StartParams } from "../world/protocol.js";
import { WorkerClient } from "./asker.js";
import { examples, type Example } from "./generated-parts.js";
import { elementById } from "./dom.js";
import { embeddedJson, makeElement } from "./make.js";
import { Editor } from "./editor.js";
import { droppedFiles, showFileList, readGivenFiles } from "./files.js";
import { PhaseTabs } from "./phases.js";
import { showChecking, showProblems } from "./problems.js";
import { deflateText, inflateBytes } from "./packed.js";

/** A program in the fragment of the page's URL, which is never sent to a server: `#p=` and the deflated text. */
export async function programLinkOf(code: string): Promise<string> {
  return `#p=${await deflateText(code)}`;
}

/** Returns null if the fragment contains no program. */
export async function programFromLink(fragment: string): Promise<string | null> {
  const packed = /^#p=([\w-]+)$/.exec(fragment)?.[1];
  if (packed === undefined) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await inflateBytes(packed, 2 ** 20));
  } catch {
    return null; // truncated in transit: the page starts with an example
  }
}

/** Light, dark, or the system's theme. */
const themes = ["auto", "light", "dark"] as const;
const signs = { auto: "◐", light: "☀", dark: "☾" } as const;
type Theme = (typeof themes)[number];

export function setUpThemeButton(button: HTMLButtonElement): void {
  let now: Theme = themes.find((theme) => theme === savedTheme()) ?? "auto";
  const show = (): void => {
    document.documentElement.dataset["theme"] = now;
    button.textContent = signs[now];
    button.setAttribute("aria-label", `Colours: ${now}`);
    button.title = `Colours: ${now}`;
  };
  button.onclick = () => {
    now = themes[(themes.indexOf(now) + 1) % themes.length]!;
    try {
      localStorage.setItem("tune-theme", now);
    } catch {
      // Without browser storage the theme still applies.
    }
    show();
  };
  show();
}

function savedTheme(): string | null {
  try {
    return localStorage.getItem("tune-theme");
  } catch {
    return null;
  }
}

const GiB = 2 ** 30;

/** Callbacks for an extended page (training/window.ts). */
export interface PageExtension {
  /** Takes some of the given files and returns the others. */
  take(given: readonly (readonly [string, File])[]): readonly (readonly [string, File])[];
  files(all: readonly GivenFile[]): void;
  checked(checkup: CheckResult, code: string): void;
  /** Called when the last check is of another program or other files. */
  unchecked(): void;
}
export const pageExtensions: PageExtension[] = [];

/** Shows the result of a command; it stays until the text changes. */
const say = (text: string): void => {
  elementById("said").textContent = text;
};
const asker = new WorkerClient(elementById("worker").textContent ?? "", (message) => {
  console.error(message);
  say("Something failed in the page itself; the browser's console has the details.");
});
export const editor = new Editor(elementById("editor"), {
  asker,
  checked,
  unchecked,
  changed(code) {
    say("");
    keepInAddress(code);
  },
  refused: () => say("A program with mistakes of syntax is left as it is."),
});
const phases = new PhaseTabs(asker, (from, to) => editor.select(from, to));
const names = elementById<HTMLSelectElement>("examples");
/** Files from the user, which stay when another example is opened. */
const givenFiles = new Map<string, GivenFile>();
/** Files of the example that the user removed. */
const gone = new Set<string>();
let example: Example = examples[0]!;
let unmeasured: string | null = null;

/** Timer until "checking…" is shown; most checks finish sooner. */
let saying: ReturnType<typeof setTimeout> | undefined;
function unchecked(): void {
  delete document.documentElement.dataset["checked"];
  phases.outdate();
  for (const one of pageExtensions) one.unchecked();
  saying ??= setTimeout(showChecking, 300);
}

function checked(checkup: CheckResult, code: string): void {
  clearTimeout(saying);
  saying = undefined;
  unmeasured = checkup.unmeasured[0] ?? null;
  showProblems(checkup, editor);
  phases.update(checkup, code);
  void outline(code);
  for (const one of pageExtensions) one.checked(checkup, code);
  document.documentElement.dataset["checked"] = String(Math.round(performance.now()));
}

async function outline(code: string): Promise<void> {
  const lines = await asker.ask("outline", { code });
  elementById("outline").replaceChildren(
    ...lines.map(({ name, is, from }) =>
      makeElement("button", { type: "button", onclick: () => editor.select(from) }, makeElement("small", {}, is), name),
    ),
  );
}

/** Sends the example's own files and the user's files to the worker. */
async function setFiles(): Promise<void> {
  editor.outdate();
  const all = [...example.files.filter(({ path }) => !gone.has(path)), ...givenFiles.values()];
  for (const one of pageExtensions) one.files(all);
  listed(await asker.ask("files", { all }));
  editor.recheck();
}
function listed(lines: readonly FileListEntry[]): void {
  const remove = (path: string): void => {
    givenFiles.delete(path);
    gone.add(path);
    void setFiles();
  };
  showFileList(lines, { insert: (text) => editor.insert(text), remove });
}

export async function giveFiles(given: readonly (readonly [string, File])[]): Promise<void> {
  const rest = pageExtensions.reduce((some, one) => one.take(some), given);
  const { files, left } = await readGivenFiles(rest, unmeasured);
  for (const file of files) givenFiles.set(file.path, file);
  const program = files.find(({ path }) => path.endsWith(".tune"));
  if (program) editor.text = givenText(program);
  await setFiles();
  if (left.length > 0) say(`Left out: ${left.join("; ")}.`);
}

function givenText({ text }: GivenFile): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

async function openExample(one: Example): Promise<void> {
  example = one;
  gone.clear();
  names.value = one.id;
  elementById("about").textContent = one.about;
  phases.clear();
  editor.text = one.program;
  await setFiles();
}

/** Timer that updates the URL shortly after the last key, so that a reload restores the program. */
let writing: ReturnType<typeof setTimeout> | undefined;
function keepInAddress(code: string): void {
  clearTimeout(writing);
  writing = setTimeout(() => {
    void (code === example.program ? Promise.resolve(`#${example.id}`) : programLinkOf(code)).then((fragment) =>
      history.replaceState(null, "", fragment),
    );
  }, 600);
}
async function openAddress(): Promise<void> {
  const program = await programFromLink(location.hash);
  const named = examples.find(({ id }) => `#${id}` === location.hash);
  await openExample(named ?? example);
  if (program !== null) editor.text = program;
}

async function share(): Promise<void> {
  const address = `${location.href.replace(/#.*/, "")}${await programLinkOf(editor.text)}`;
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied. It holds the program, not your files.");
  } catch {
    const field = elementById<HTMLInputElement>("address");
    field.value = address;
    elementById<HTMLDialogElement>("link").showModal();
    field.select();
  }
}

export function chosenMachine(): Machine {
  const value = (id: string): number => Math.max(1, Number(elementById<HTMLInputElement>(id).value) || 1);
  return { memoryBytes: value("memory") * GiB, cores: value("cores") };
}
function fillMachine(): void {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  const memory = elementById<HTMLInputElement>("memory");
  memory.value = String(deviceMemory ?? 8);
  elementById("told").textContent = deviceMemory === undefined ? "(a guess: this browser does not tell)" : "";
  memory.title = "Browsers round it down, and tell no more than some GiB";
  elementById<HTMLInputElement>("cores").value = String(navigator.hardwareConcurrency);
  for (const id of ["memory", "cores"])
    elementById(id).addEventListener(
      "change",
      () => void asker.ask("machine", chosenMachine()).then(() => editor.recheck()),
    );
}

function watchDrops(): void {
  const veil = elementById("drop");
  const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  let depth = 0;
  window.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  window.addEventListener("dragleave", (event) => {
    if (holdsFiles(event) && --depth <= 0) veil.hidden = true;
  });
  // Capturing runs before CodeMirror, which would insert a dropped file's text into the program.
  window.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault(), true);
  window.addEventListener(
    "drop",
    (event) => {
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      veil.hidden = true;
      void droppedFiles(event.dataTransfer).then(giveFiles);
    },
    true,
  );
  const pick = elementById<HTMLInputElement>("pick");
  pick.onchange = () => {
    void giveFiles(Array.from(pick.files ?? [], (file) => [file.name, file] as const)).then(() => (pick.value = ""));
  };
}

// Opens the training page with this page's program.
document.querySelector<HTMLAnchorElement>("#to-train")?.addEventListener("click", ({ currentTarget }) => {
  (currentTarget as HTMLAnchorElement).hash = location.hash;
});
setUpThemeButton(elementById<HTMLButtonElement>("theme"));
names.append(...examples.map(({ id, title }) => makeElement("option", { value: id }, title)));
names.onchange = () => void openExample(examples.find(({ id }) => id === names.value) ?? example);
elementById("format").onclick = () => void editor.format();
elementById("share").onclick = () => void share();
window.addEventListener("hashchange", () => void openAddress());
fillMachine();
watchDrops();
// Embedded when the page was built (page/build.mjs).
export const tokenizers = embeddedJson<StartParams["tokenizers"]>(elementById("tokenizers").textContent ?? "{}");
void asker.ask("start", { machine: chosenMachine(), tokenizers }).then(async (known) => {
  elementById("bases").textContent = known.bases.join(", ");
  await openAddress();
});
