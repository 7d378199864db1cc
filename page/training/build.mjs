// Builds the training page: dist/page/train.html, the playground with a panel, a training worker and its engine, in one
// file that needs no server and no network. The worker contains the parts of the kernel that run in a browser.
// `instead/` replaces disk, processes and Node. Modules that no training on a page calls are left out; a call of them
// is a defect and fails as such.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { browser, common, examples, finished, leaveLess, windowScript } from "../build.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const dist = join(root, "dist");

/** Kernel modules and their replacements in page/training/instead. */
const instead = {
  "kernel/tensors/safetensors.js": "safetensors",
  "kernel/runs/checkpoints.js": "checkpoints",
  "kernel/runs/writer.js": "writer",
  "kernel/bases/tokenizer.js": "tokenizer",
  "kernel/data/encoding/chat.js": "chat",
  "kernel/engines/tfjs/library.js": "tfjs",
};
/** Modules that no training on a page calls: they read disks, start processes or use the network. */
const never = new Set([
  ...["kernel/fetch/regular.js", "kernel/runs/staged-folder.js", "kernel/runs/learnt-rows.js"],
  ...["kernel/data/sources/token-file.js", "kernel/data/sources/context-file.js", "kernel/data/sources/number-file.js"],
  ...["kernel/data/encoding/chat-rows.js", "kernel/inference/judging/judge-pairs.js"],
  "kernel/tensors/model-file.js",
]);
/** Packages that no training on a page calls. */
const packages = /^(write-file-atomic)$/;

const forBrowsers = {
  name: "for browsers",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:\.|#kernel\/).*\.js$/ }, ({ path, resolveDir }) => {
      const file = path.startsWith("#") ? join(dist, path.slice(1)) : join(resolveDir, path);
      const module = file.slice(dist.length + 1).replaceAll("\\", "/");
      if (never.has(module)) return { path: module, namespace: "never" };
      const own = instead[module];
      return own && { path: join(dist, "page/training/instead", `${own}.js`) };
    });
    onResolve({ filter: /^node:path$/ }, () => ({ path: join(dist, "page/training/instead/path.js") }));
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "never" }));
    onResolve({ filter: packages }, ({ path }) => ({ path, namespace: "never" }));
    // The workers receive this function's source as text, so it must not refer to outer variables.
    onLoad({ filter: /tfjs-backend-wasm-threaded-simd\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /^\s*function\(WasmBackendModuleThreadedSimd\) \{/m,
        "$&var _scriptDir;",
      ),
    }));
    onLoad({ filter: /.*/, namespace: "never" }, () => ({ contents: "module.exports = {};" }));
  },
};

export async function buildTrainPage({ out = join(dist, "page"), onProgress = () => {} } = {}) {
  const { worker, tokenizers } = await common(onProgress);
  const app = await windowScript("page/training/window.js", await examples({ thin: false }));
  const trainer = await build({
    ...browser,
    entryPoints: [join(dist, "page/training/worker.js")],
    plugins: [forBrowsers, leaveLess],
    // Modules that are never called have no exports.
    logOverride: { "import-is-undefined": "silent" },
  });
  const binary = async (name) => {
    const file = join(root, `node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-${name}.wasm`);
    return deflateRawSync(await readFile(file), { level: 9 }).toString("base64url");
  };
  const script = (id, text) => `<script type="text/plain" id="${id}">${text}</script>`;
  const parts = {
    TO_TRAIN: "",
    PANEL: await readFile(join(here, "panel.html"), "utf8"),
    ENGINE:
      script("engine", await binary("simd")) +
      script("engine-threads", await binary("threaded-simd")) +
      script("trainer", trainer.outputFiles[0].text),
  };
  const styled = ["style/editor", "style/phases", "style/page", "training/training"];
  return finished({ worker, tokenizers, app, out, name: "train", parts, styled, trains: true, more: [trainer] });
}
