/** Sets up TensorFlow from a test server into a separate cache, in another process. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TensorflowInstallResult } from "#kernel/engines/native/setup.js";
import { serveFiles, type FileServer } from "../fetch/file-server.js";

const caller = fileURLToPath(new URL("./setup-caller.js", import.meta.url));
type Told = Omit<TensorflowInstallResult, "failures"> & { readonly failures: readonly string[] };

/** Creates a new server and cache for each test of a `describe`. */
export class SetupPlaces {
  server!: FileServer;
  cache!: string;

  constructor() {
    beforeEach(async () => {
      this.server = await serveFiles();
      this.cache = mkdtempSync(join(tmpdir(), "tunebook-setup-"));
    });
    afterEach(async () => {
      await this.server.close();
      rmSync(this.cache, { recursive: true });
    });
  }

  async call(env: Readonly<Record<string, string>> = {}, library = ""): Promise<Told> {
    const places = {
      PIP_INDEX_URL: `${this.server.url}/simple`,
      PIP_CONFIG_FILE: "/dev/null",
      TFJS_NODE_BASE_URI: `${this.server.url}/libtensorflow-`,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [caller, this.cache, library], {
      env: { ...process.env, ...places, ...env },
    });
    return JSON.parse(stdout) as Told;
  }
}
