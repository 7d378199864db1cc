/**
 * The training page: the playground, and next to its phases a panel with base, loss curve, scores, predictions and the
 * adapter.
 */
import { editor, pageExtensions, giveFiles, chosenMachine, tokenizers } from "../app/main.js";
import type { GivenFile } from "../world/protocol.js";
import { elementById } from "../app/dom.js";
import { makeElement } from "../app/make.js";
import { RequestFailedError, TrainingWorkerClient } from "./line.js";
import type { DeviceChoice, Failure, StoredTraining, TrainingResult, SavedFile, TrainMethods } from "./protocol.js";
import { showStoredTraining, LeaveGuard } from "./staying.js";
import { zipOf } from "./zip.js";

type Button = HTMLButtonElement;

const say = (text: string, is: "" | "bad" = ""): void => {
  const line = elementById("train-said");
  line.textContent = text;
  line.dataset["is"] = is;
};
const textOf = (id: string): string => elementById(id).textContent ?? "";
const line = new TrainingWorkerClient(elementById("trainer").textContent ?? "", {
  keepStatus: (keeping) => staying.setStatus(keeping),
  shown(id, html) {
    say("");
    const live = elementById("train-live");
    const known =
      live.querySelector<HTMLElement>(`[data-of="${CSS.escape(id)}"]`) ?? live.appendChild(makeElement("div"));
    known.dataset["of"] = id;
    known.innerHTML = html;
  },
  doing: (what) => say(`${what} …`),
  cleared() {
    [stood, trained] = ["idle", pendingName];
    for (const id of ["train-live", "train-left", "train-took", "train-scores", "answers"])
      elementById(id).replaceChildren();
    staying.setStatus(null);
    saved = false;
  },
  broke: (message) => {
    console.error(message);
    say("The worker that trains ended: the browser may have run out of memory. Open the page again.", "bad");
    state("idle");
  },
});

type State = "idle" | "training" | "interrupted" | "trained";
let now: State = "idle";
/** The state to return to if the requested training is refused. */
let stood: Exclude<State, "training"> = "idle";
let saved = false;
const staying = new LeaveGuard(() => now === "training" || ((now === "interrupted" || now === "trained") && !saved));
let code = "";
let names: readonly string[] = [];
/** Whether `names` belong to the present program text. */
let settled = false;

const which = elementById<HTMLSelectElement>("train-which");
/** The requested training; null if there is none. */
const chosen = (): string | null => names.find((name) => name === which.value) ?? names[0] ?? null;
/** Shows the choice only if there are several. */
function showNames(): void {
  const before = chosen();
  which.replaceChildren(
    ...names.map((name) => makeElement("option", { value: name, selected: name === before }, name)),
  );
  which.hidden = names.length < 2;
  nameTrain();
}
function nameTrain(): void {
  elementById("train").textContent = ["Train", chosen()].filter(Boolean).join(" ");
}
which.onchange = () => {
  nameTrain();
  void lookForBase();
};
/** Name of the present training. */
let trained: string | null = null;
let pendingName: string | null = null;

/** Sets the state, and which buttons are enabled. */
function state(next: State): void {
  now = next;
  if (next !== "training") stood = next;
  document.documentElement.dataset["training"] = next;
  elementById<Button>("train").disabled = next === "training" || !settled || names.length === 0;
  elementById("interrupt").hidden = next !== "training";
  elementById("go-on").hidden = next !== "interrupted";
  elementById("train-use").hidden = next !== "interrupted" && next !== "trained";
}

const size = (bytes: number): string =>
  bytes < 2 ** 20
    ? `${String(Math.ceil(bytes / 2 ** 10))} kB`
    : `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 25 ? 1 : 0)} MB`;
const time = (seconds: number): string =>
  seconds < 60
    ? `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`
    : `${String(Math.floor(seconds / 60))} min ${String(Math.round(seconds % 60))} s`;

function showBase({ base, held: weights, wrong, published }: TrainMethods["has"]["result"]): void {
  const about = elementById("train-base");
  if (base === null) about.textContent = "";
  else if (wrong) about.textContent = `The weights here are none of ${base}: ${toldOf(wrong)}.`;
  else if (weights) {
    const stay = weights.kept
      ? "kept in this browser"
      : `in memory until the page is closed${weights.why === null ? "" : ` (${weights.why})`}`;
    about.textContent = `Weights of ${base}: ${size(weights.bytes)}, ${stay}. `;
    const forget = (): void => void line.ask("forget", { base }).then(lookForBase, failed);
    if (weights.kept)
      about.append(makeElement("button", { id: "forget-base", type: "button", onclick: forget }, "Forget them"));
  } else {
    const where = published === null ? "" : ` The Hugging Face hub has them under ${published}.`;
    about.textContent = `Weights of ${base} are not here: drop its folder (config.json, tokenizer.json, model.safetensors) on the page.${where}`;
  }
  about.dataset["is"] = base !== null && (!weights || wrong) ? "warn" : "";
}
/** Files of a model's folder that are read in addition to its weights. */
const OF_MODELS = /(^|\/)(config|tokenizer|tokenizer_config|special_tokens_map)\.json$/;
const PICKLE = /\.(bin|pt|pth|ckpt|pkl)$/;
const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
/** Shows how much the browser stores for this page, and a button to delete it. */
async function showStored(): Promise<void> {
  const bytes = await line.ask("stored", null);
  const forget = (): void => {
    elementById("train-left").replaceChildren();
    void line.ask("forgetAll", null).then(lookForBase).catch(failed);
  };
  elementById("train-stored").replaceChildren(
    ...(bytes === 0
      ? []
      : [
          `This browser keeps ${size(bytes)} of bases and trainings for this page. `,
          makeElement("button", { id: "forget-all", type: "button", onclick: forget }, "Delete all of it"),
        ]),
  );
}
async function lookForBase(): Promise<void> {
  showBase(await line.ask("has", { code, name: chosen() }));
  await showStored();
}

pageExtensions.push({
  take(given) {
    const whole = given.filter(([path]) => path.endsWith(".safetensors"));
    const pickled = given.filter(([path]) => PICKLE.test(path));
    // Next to safetensors they are the same weights a second time.
    const weights = whole.length > 0 ? whole : pickled;
    for (const [path, file] of weights) {
      say(`reading ${path} …`);
      elementById("train-said").dataset["code"] = "";
      void line.ask("weights", { path, file }).then(() => (say(""), lookForBase()), failed);
    }
    // No other files of a model's folder are read.
    const folders = new Set([...whole, ...pickled].map(([path]) => folderOf(path)));
    return given
      .filter(([path]) => !folders.has(folderOf(path)) || OF_MODELS.test(path) || folderOf(path) === "")
      .filter(([path]) => !path.endsWith(".safetensors") && !PICKLE.test(path));
  },
  files: (all) => void line.ask("files", { all }),
  unchecked() {
    settled = false;
    state(now);
  },
  checked(checkup, text) {
    [code, settled] = [text, true];
    names = checkup.findings.some(({ severity }) => severity === "error") ? [] : checkup.trainings;
    showNames();
    state(now);
    if (now !== "training") void lookForBase();
  },
});

const toldOf = ({ message, help }: Failure): string => [message, help].filter(Boolean).join(": ");
function failed(error: unknown): void {
  if (error instanceof RequestFailedError) {
    const { message, code: errorCode } = error.failure;
    if (errorCode === null) console.error(message);
    say(
      errorCode === null
        ? "Something failed in the page itself; the browser's console has the details."
        : toldOf(error.failure),
      "bad",
    );
    elementById("train-said").dataset["code"] = errorCode ?? "";
  } else throw error;
}

async function ran(work: Promise<TrainingResult>): Promise<void> {
  state("training");
  elementById("train-said").dataset["code"] = "";
  try {
    const outcome = await work;
    elementById("train-scores").replaceChildren(
      ...outcome.evaluated.flatMap(({ cards }) =>
        cards.map((html) => Object.assign(makeElement("div"), { innerHTML: html })),
      ),
    );
    const { steps, of: totalSteps, stepSeconds, seconds, memoryBytes, on, why, saves } = outcome;
    elementById("save").textContent = `Save the ${saves} (.zip)`;
    elementById("train-took").textContent =
      `${String(steps)} of ${String(totalSteps)} steps in ${time(seconds)}, ${time(stepSeconds)} each (the middle one), by ${on}${why === null ? "" : `: ${why}`}. The engine's memory grew to ${size(memoryBytes)}.`;
    say(outcome.ended === null ? "Interrupted: what is learnt so far answers and can be saved, and it can go on." : "");
    Object.assign(document.documentElement.dataset, {
      outcome: JSON.stringify({ ...outcome, evaluated: outcome.evaluated.map(({ on, scores }) => ({ on, scores })) }),
    });
    state(outcome.ended === null ? "interrupted" : "trained");
    await lookForBase();
  } catch (error) {
    state(stood);
    failed(error);
  }
}

const where = (): DeviceChoice => elementById<HTMLSelectElement>("where").value as DeviceChoice;
elementById("train").onclick = () => {
  pendingName = chosen();
  void ran(line.ask("train", { code: editor.text, name: pendingName, where: where() }));
};
elementById("interrupt").onclick = () => {
  say("stopping after the step under way …");
  void line.ask("interrupt", null);
};
elementById("go-on").onclick = () => {
  // A training that failed during its steps is incomplete.
  stood = "idle";
  elementById("train-scores").replaceChildren();
  elementById("answers").replaceChildren();
  saved = false;
  void ran(line.ask("goOn", null));
};

elementById<HTMLFormElement>("train-ask").onsubmit = (event) => {
  event.preventDefault();
  const texts = elementById<HTMLTextAreaElement>("train-texts")
    .value.split("\n")
    .filter((text) => text.trim() !== "");
  if (texts.length === 0) return;
  void line.ask("predict", { texts }).then(({ html, logits }) => {
    const answers = elementById("answers");
    answers.innerHTML = html;
    answers.dataset["logits"] = JSON.stringify(logits);
  }, failed);
};

elementById("save").onclick = () =>
  void line.ask("save", null).then((files) => {
    download(files);
    saved = true;
  }, failed);

/** Downloads a folder that `PeftModel.from_pretrained` can read. */
function download(files: readonly SavedFile[]): void {
  const name = trained ?? "adapter";
  const blob = zipOf(files.map((file) => ({ ...file, name: `${name}/${file.name}` })));
  const link = makeElement("a", { href: URL.createObjectURL(blob), download: `${name}.zip` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Passes the worker's stored files on as if the user had given them. */
const giveBack = (files: readonly GivenFile[]): Promise<void> =>
  giveFiles(files.map(({ path, text }) => [path, new File([text as BlobPart], path)] as const));

/** Continues a left training with its program and files. */
async function goOnWith(left: StoredTraining): Promise<void> {
  state("training");
  await giveBack((await line.ask("filesLeft", { id: left.id })) ?? []);
  editor.text = left.code;
  pendingName = left.name;
  void ran(line.ask("takeUp", { left, where: where() }));
}

const pick = elementById<HTMLInputElement>("pick-base");
pick.onchange = () => {
  void giveFiles(Array.from(pick.files ?? [], (file) => [file.webkitRelativePath || file.name, file] as const));
  pick.value = "";
};

state("idle");
void line
  .ask("start", {
    machine: chosenMachine(),
    tokenizers,
    engine: { simd: textOf("engine"), threaded: textOf("engine-threads") },
  })
  .then(async ({ files, left }) => {
    if (files.length > 0) await giveBack(files);
    const forget = ({ id }: StoredTraining): void => void line.ask("forgetLeft", { id });
    showStoredTraining(left, { goOn: (it) => void goOnWith(it).catch(failed), forget });
    return lookForBase();
  }, failed);
