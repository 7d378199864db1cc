/** The window: puts editor, findings, phases and files together, and keeps the program in the page's address. */
import type { Checkup, FileLine, GivenFile, Machine, Start } from "../world/protocol.js";
import { Asker } from "./asker.js";
import { examples, type Example } from "./built.js";
import { byId } from "./dom.js";
import { make } from "./make.js";
import { Editor } from "./editor.js";
import { dropped, listFiles, taken } from "./files.js";
import { linkOf, programIn } from "./link.js";
import { Phases } from "./phases.js";
import { showChecking, showProblems } from "./problems.js";
import { themeButton } from "./theme.js";

const GiB = 2 ** 30;

/** What a page that does more than look is told (training/window.ts). */
export interface Extension {
  /** Of files that were given, those that it leaves. */
  take(given: readonly (readonly [string, File])[]): readonly (readonly [string, File])[];
  files(all: readonly GivenFile[]): void;
  checked(checkup: Checkup, code: string): void;
  /** What was told last is of another program or world. */
  unchecked(): void;
}
export const extensions: Extension[] = [];

/** What a command came to; it stands until the text changes. */
const say = (text: string): void => {
  byId("said").textContent = text;
};
const asker = new Asker(byId("worker").textContent ?? "", (message) => {
  console.error(message);
  say("Something failed in the page itself; the browser's console has the details.");
});
export const editor = new Editor(byId("editor"), {
  asker,
  checked,
  unchecked,
  changed(code) {
    say("");
    keepInAddress(code);
  },
  refused: () => say("A program with mistakes of syntax is left as it is."),
});
const phases = new Phases(asker, (from, to) => editor.select(from, to));
const names = byId<HTMLSelectElement>("examples");
/** What a person gave, which stays when another example is opened. */
const own = new Map<string, GivenFile>();
/** Files of the example that were taken away. */
const gone = new Set<string>();
let example: Example = examples[0]!;
let unmeasured: string | null = null;

/** Until it is checked. A moment later it is said in words: most checks are done by then. */
let saying: ReturnType<typeof setTimeout> | undefined;
function unchecked(): void {
  delete document.documentElement.dataset["checked"];
  phases.outdate();
  for (const one of extensions) one.unchecked();
  saying ??= setTimeout(showChecking, 300);
}

function checked(checkup: Checkup, code: string): void {
  clearTimeout(saying);
  saying = undefined;
  unmeasured = checkup.unmeasured[0] ?? null;
  showProblems(checkup, editor);
  phases.update(checkup, code);
  void outline(code);
  for (const one of extensions) one.checked(checkup, code);
  document.documentElement.dataset["checked"] = String(Math.round(performance.now()));
}

async function outline(code: string): Promise<void> {
  const lines = await asker.ask("outline", { code });
  byId("outline").replaceChildren(
    ...lines.map(({ name, is, from }) =>
      make("button", { type: "button", onclick: () => editor.select(from) }, make("small", {}, is), name),
    ),
  );
}

/** With the example's own files, and those that were given. */
async function setFiles(): Promise<void> {
  editor.outdate();
  const all = [...example.files.filter(({ path }) => !gone.has(path)), ...own.values()];
  for (const one of extensions) one.files(all);
  listed(await asker.ask("files", { all }));
  editor.recheck();
}
function listed(lines: readonly FileLine[]): void {
  const remove = (path: string): void => {
    own.delete(path);
    gone.add(path);
    void setFiles();
  };
  listFiles(lines, { insert: (text) => editor.insert(text), remove });
}

export async function give(given: readonly (readonly [string, File])[]): Promise<void> {
  const rest = extensions.reduce((some, one) => one.take(some), given);
  const { files, left } = await taken(rest, unmeasured);
  for (const file of files) own.set(file.path, file);
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
  byId("about").textContent = one.about;
  phases.clear();
  editor.text = one.program;
  await setFiles();
}

/** Written a moment after the last key, so that a reload brings the same program back. */
let writing: ReturnType<typeof setTimeout> | undefined;
function keepInAddress(code: string): void {
  clearTimeout(writing);
  writing = setTimeout(() => {
    void (code === example.program ? Promise.resolve(`#${example.id}`) : linkOf(code)).then((fragment) =>
      history.replaceState(null, "", fragment),
    );
  }, 600);
}
async function openAddress(): Promise<void> {
  const program = await programIn(location.hash);
  const named = examples.find(({ id }) => `#${id}` === location.hash);
  await openExample(named ?? example);
  if (program !== null) editor.text = program;
}

async function share(): Promise<void> {
  const address = `${location.href.replace(/#.*/, "")}${await linkOf(editor.text)}`;
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied. It holds the program, not your files.");
  } catch {
    const field = byId<HTMLInputElement>("address");
    field.value = address;
    byId<HTMLDialogElement>("link").showModal();
    field.select();
  }
}

export function machine(): Machine {
  const value = (id: string): number => Math.max(1, Number(byId<HTMLInputElement>(id).value) || 1);
  return { memoryBytes: value("memory") * GiB, cores: value("cores") };
}
function fillMachine(): void {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  const memory = byId<HTMLInputElement>("memory");
  memory.value = String(deviceMemory ?? 8);
  byId("told").textContent = deviceMemory === undefined ? "(a guess: this browser does not tell)" : "";
  memory.title = "Browsers round it down, and tell no more than some GiB";
  byId<HTMLInputElement>("cores").value = String(navigator.hardwareConcurrency);
  for (const id of ["memory", "cores"])
    byId(id).addEventListener("change", () => void asker.ask("machine", machine()).then(() => editor.recheck()));
}

function watchDrops(): void {
  const veil = byId("drop");
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
  // Before CodeMirror, which would write a dropped file's text into the program.
  window.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault(), true);
  window.addEventListener(
    "drop",
    (event) => {
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      veil.hidden = true;
      void dropped(event.dataTransfer).then(give);
    },
    true,
  );
  const pick = byId<HTMLInputElement>("pick");
  pick.onchange = () => {
    void give(Array.from(pick.files ?? [], (file) => [file.name, file] as const)).then(() => (pick.value = ""));
  };
}

// The page that trains opens with the program of this one.
document.querySelector<HTMLAnchorElement>("#to-train")?.addEventListener("click", ({ currentTarget }) => {
  (currentTarget as HTMLAnchorElement).hash = location.hash;
});
themeButton(byId<HTMLButtonElement>("theme"));
names.append(...examples.map(({ id, title }) => make("option", { value: id }, title)));
names.onchange = () => void openExample(examples.find(({ id }) => id === names.value) ?? example);
byId("format").onclick = () => void editor.format();
byId("share").onclick = () => void share();
window.addEventListener("hashchange", () => void openAddress());
fillMachine();
watchDrops();
// Put there when the page was built (page/build.mjs).
export const tokenizers: Start["tokenizers"] = JSON.parse(byId("tokenizers").textContent ?? "{}");
void asker.ask("start", { machine: machine(), tokenizers }).then(async (known) => {
  byId("bases").textContent = known.bases.join(", ");
  await openAddress();
});
