/** The page that trains, opened in its own Chromium with the base that the quickstart names. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { Pages, root, type Built, type Playground } from "./browser.js";

export interface Outcome {
  readonly ended: "done" | "early" | null;
  readonly steps: number;
  readonly of: number;
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly memoryBytes: number;
  readonly on: string;
  readonly why: string | null;
  readonly losses: readonly number[];
  readonly evaluated: readonly { readonly on: string; readonly scores: Readonly<Record<string, number>> }[];
}

/** Chromium's arguments for a WebGPU that the processor computes. */
export const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export async function builtTrainPage(): Promise<Built> {
  const { buildTrainPage } = (await import(pathToFileURL(join(root, "page/training/build.mjs")).href)) as {
    buildTrainPage(o: { onProgress: (line: string) => void }): Promise<Built>;
  };
  return buildTrainPage({ onProgress: (line) => console.log(line) });
}

export class TrainPages {
  private constructor(
    readonly pages: Pages,
    private readonly base: string,
    private readonly folder: string,
  ) {}

  /** `base`: the base's folder. Defaults to the quickstart's. */
  static async of(
    file: string,
    { base, ...o }: Parameters<typeof Pages.of>[1] & { readonly base?: string } = {},
  ): Promise<TrainPages> {
    const own = mkdtempSync(join(tmpdir(), "tunebook-base-"));
    return new TrainPages(await Pages.of(file, o), base ?? (await quickstartsBase(own)), own);
  }

  async open(look: Parameters<Pages["open"]>[0] = {}): Promise<TrainPage> {
    return new TrainPage(await this.pages.open(look), this.base, this.folder);
  }

  async close(): Promise<void> {
    await this.pages.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Copies the base that the quickstart names into a folder of its name within `within`; returns its path. */
async function quickstartsBase(within: string): Promise<string> {
  const { folder } = await resolveBase("all-MiniLM-L6-v2", { folder: root });
  const base = join(within, "all-MiniLM-L6-v2");
  mkdirSync(base);
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"])
    cpSync(join(folder, name), join(base, name), { dereference: true });
  return base;
}

export class TrainPage {
  constructor(
    readonly playground: Playground,
    private readonly base: string,
    private readonly folder: string,
  ) {}

  get page(): Playground["page"] {
    return this.playground.page;
  }

  async giveBase(): Promise<void> {
    await this.page.setInputFiles("#pick-base", this.base);
    await this.page.locator("#train-base", { hasText: /^Weights of .*: \d+/ }).waitFor({ timeout: 60_000 });
  }

  /** Gives the page a folder with only these files: the given bytes, or the base's file where null. */
  async giveFiles(folder: string, files: Readonly<Record<string, Buffer | null>>): Promise<void> {
    const own = mkdtempSync(join(this.folder, "part-"));
    mkdirSync(join(own, folder));
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(own, folder, name), bytes ?? readFileSync(join(this.base, name)));
    await this.page.setInputFiles("#pick-base", join(own, folder));
    for (const name of Object.keys(files).filter((one) => one.endsWith(".json")))
      await this.page.locator("#files code", { hasText: name }).first().waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.playground.checked();
  }
  /** Sets the storage quota that this browser gives the page's origin, in bytes. */
  async room(bytes: number): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const origin = new URL(this.page.url()).origin;
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
  }
  /**
   * Returns the dialog that the browser opens when the page is to be left (the page stays), or null if it opens none.
   */
  async leaving(): Promise<string | null> {
    const asked = new Promise<string>((resolve) => {
      this.page.once("dialog", (dialog) => void dialog.dismiss().then(() => resolve(dialog.type())));
    });
    const prevented = await this.page.evaluate(() => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    });
    if (!prevented) return null;
    await this.page.close({ runBeforeUnload: true });
    return asked;
  }

  async train(where: "sooner" | "wasm" | "webgpu" = "sooner"): Promise<void> {
    await this.page.locator("#where").selectOption(where);
    await this.page.locator("#train:enabled").click();
  }

  /** Waits for the training to end and returns its outcome. */
  async outcome(state: "trained" | "interrupted" = "trained", timeout = 120_000): Promise<Outcome> {
    const ended = this.page.locator(`html[data-training="${state}"], html[data-training="idle"]`);
    await ended.waitFor({ state: "attached", timeout });
    if ((await this.state()) === "idle") throw new Error(`it ended by itself: ${await this.said()}`);
    return JSON.parse((await this.page.locator("html").getAttribute("data-outcome")) ?? "null") as Outcome;
  }
  async state(): Promise<string | null> {
    return this.page.locator("html").getAttribute("data-training");
  }
  said(): Promise<string> {
    return this.page.locator("#train-said").innerText();
  }
  /** Returns the logits of texts. */
  async predict(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    const answers = this.page.locator("#answers");
    await answers.evaluate((box) => void box.removeAttribute("data-logits"));
    await this.page.locator("#train-texts").fill(texts.join("\n"));
    await this.page.locator("#train-ask button[type=submit]").click();
    await this.page.locator("#answers[data-logits]").waitFor({ timeout: 60_000 });
    return JSON.parse((await answers.getAttribute("data-logits")) ?? "[]") as number[][];
  }
  /** Downloads the adapter; returns the path of its zip. */
  async save(): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.locator("#save").click()]);
    return download.path();
  }
  /** Returns the code of the error that the page shows. */
  async code(): Promise<string> {
    const said = this.page.locator('#train-said[data-code]:not([data-code=""])');
    await said.waitFor({ timeout: 60_000 });
    return (await said.getAttribute("data-code")) ?? "";
  }
}
