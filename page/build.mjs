// Builds the page: dist/page/index.html, one file that needs no server and no network. The worker's script, the
// examples' data and a base's tokenizer are embedded as text. Build the modules first (`tsc -b`); `npm run page` does
// both.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { build, transform } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..");
const dist = join(root, "dist");
/** Bases whose tokenizer is embedded, so that token lengths are exact. */
const measured = ["all-MiniLM-L6-v2"];

/** Later styles override earlier ones: those for narrow screens come last. */
const styles = ["style/editor", "style/phases", "style/page"];

/**
 * Build options for browsers, with replacements for Node's modules, which a library imports for streams and files that
 * a page never has.
 */
export const browser = {
  absWorkingDir: root,
  platform: "browser",
  format: "iife",
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  target: "es2023",
  legalComments: "none",
  charset: "utf8",
  // csv-parse's own browser build includes all of Node's streams and buffers, of which it needs little. The parser
  // needs few functions of lodash; es-toolkit has them under the same names at half the size.
  alias: { stream: join(dist, "page/platform/stream.js"), "lodash-es": "es-toolkit/compat" },
  inject: [join(dist, "page/platform/buffer.js")],
};

/**
 * Run modules that no page can use: they would run a training, or read files in parts. Importing one is a defect and
 * throws an error.
 */
const unusedBy = (kinds) => new RegExp(`/(?:(?:${kinds.join("|")})/[\\w-]+\\.run|data/sources/prepare-streamed)\\.js$`);
/** Records of these kinds. A short implementation is inside the record itself, and is left out with its `load`. */
const recordsOf = (kinds) => new RegExp(`[\\\\/]stdlib[\\\\/](?:${kinds.join("|")})[\\\\/]\\w+\\.js$`);
/** Kinds of words whose run modules neither page uses; `ofTrainings`: kinds that only the training page uses. */
const neverRun = [
  ...["decoders", "searches", "pruners", "targets", "tokenizers", "contenders", "calibrations", "slicings", "keepings"],
  ...[
    "trackers",
    "runners",
    "partitions",
    "compressors",
    "privacies",
    "aggregators",
    "attacks",
    "students",
    "lessons",
    "sparsities",
    "quantizations",
  ],
];
/** Words whose settings no plan on the page shows. */
const ofNoPlan = /[\\/]stdlib[\\/](?:targets|trackers|runners|attacks|contenders)[\\/]/;
const ofTrainings = ["metrics", "stoppings", "schedules"];
/** Words that only the other programs support: their data or libraries are too large for the page. */
const elsewhere = /\/(?:cleaners\/(?:language|redact|replace)|sources\/(?:parquet|arrow|hub|sql))\.run\.js$/;
/** Parts of arquero that work on existing tables. */
const beyondTables = /^(?:op|expression|verbs|format)\/|^table\/regroup\.js$|^helpers\/(?!selection)/;
const leavingOut = (unusedKinds, codesOfRuns, unused = unusedBy(unusedKinds), neverLoads = recordsOf(unusedKinds)) => ({
  name: "leave out",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.js$/ }, ({ path, kind, resolveDir }) =>
      kind !== "dynamic-import"
        ? undefined
        : unused.test(join(resolveDir, path))
          ? { path, namespace: "left-out" }
          : elsewhere.test(join(resolveDir, path))
            ? { path, namespace: "elsewhere" }
            : undefined,
    );
    // Libraries with which arquero parses expressions and reads Arrow; the page only makes tables from columns.
    onResolve({ filter: /^(acorn|@uwdata\/flechette)$/ }, ({ path }) => ({ path, namespace: "never-called" }));
    // Ops, verbs, expressions and formats of tables: the page only makes tables from columns and reads them.
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) => {
      const file = /[\\/]arquero[\\/]src[\\/](.*)$/.exec(join(resolveDir, path))?.[1].replaceAll("\\", "/");
      return file && beyondTables.test(file) ? { path: `arquero/${file}`, namespace: "never-called" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "never-called" }, () => ({ contents: "module.exports = {};" }));
    // A page without training has no runs, so the only code that it needs is the one for a missing run.
    if (!codesOfRuns)
      onLoad({ filter: /[\\/]load-codes\.js$/ }, async ({ path }) => ({
        contents: without(
          await readFile(path, "utf8"),
          (name, of) => isOfPages(name, of) || (isCode(name, of) && name !== '"run-not-found"'),
        ),
      }));
    // Example programs and long explanations of codes, and papers behind words, are only for the reference.
    onLoad({ filter: /[\\/-]codes\.js$/ }, async ({ path }) => ({
      contents: without(await readFile(path, "utf8"), isOfPages),
    }));
    // Descriptions of ops are only for the reference.
    onLoad({ filter: /[\\/]dist[\\/]dsl[\\/]tensor[\\/]ops[\\/]\w+\.js$/ }, async ({ path }) => ({
      contents: without(await readFile(path, "utf8"), (name) => name === "doc"),
    }));
    // The page compresses no model; only the kernel computes the resulting sizes.
    onLoad({ filter: /[\\/]stdlib[\\/](?:sparsities[\\/]shared[\\/]plan|students[\\/]shared[\\/]cut)\.js$/ }, () => ({
      contents: `const asItWas = (_, { config, shapes }) => ({ config, shapes });
        export { asItWas as planPrunedSizes, asItWas as planStudentModel };
        export const pruningSharesOf = () => ({});
        export const planPruning = () => undefined;
        export const isStudentPlanRefused = () => false;`,
      resolveDir: dist,
    }));
    // The grammar never changes and was validated by the tests.
    onLoad({ filter: /[\\/]chevrotain[\\/].*[\\/]grammar[\\/]checks\.js$/ }, async ({ path }) => {
      const names = [...(await readFile(path, "utf8")).matchAll(/^export function (validate\w+)/gm)].map(
        ([, name]) => name,
      );
      return { contents: `const none = () => [];\nexport { ${names.map((name) => `none as ${name}`).join(", ")} };` };
    });
    // Messages about an invalid grammar are never shown.
    onLoad({ filter: /[\\/]chevrotain[\\/].*[\\/]errors_public\.js$/ }, async ({ path }) => {
      const [said, ...unsaid] = (await readFile(path, "utf8")).split(/^(?=export const defaultGrammar)/m);
      const names = unsaid.map((one) => /^export const (\w+)/.exec(one)[1]);
      return { contents: `${said}${names.map((name) => `export const ${name} = {};`).join("\n")}` };
    });
    // No query runs on the page, so none is checked.
    onLoad({ filter: /\/sources\/sql\/(?:demand|statement)\.js$/ }, () => ({
      contents:
        "export const queryProblem = () => null; export const parseStatement = () => ({ fault: null, tables: [] });",
    }));
    // Patterns are not checked either: RE2 would be a fifth of the page's size.
    onLoad({ filter: /\/text\/patterns\/linear\.js$/ }, () => ({
      contents: "export const patternProblem = () => undefined;",
    }));
    // Only the reference has notes and references of words, related options, and reasons of options with no default or
    // a derived one: plans show only the reason of a fixed default.
    onLoad({ filter: /[\\/]dist[\\/]stdlib[\\/][\w/\\-]+[\\/][\w-]+\.js$/ }, async ({ path }) => ({
      contents: without(
        withPureConstants(await readFile(path, "utf8")),
        (name, { beside, spreads }) =>
          "doc" in beside &&
          (name === "references" ||
            name === "notes" ||
            name === "related" ||
            (name === "load" && neverLoads.test(path)) ||
            (name === "why" && "type" in beside && !spreads && (isUnshown(beside) || ofNoPlan.test(path)))),
      ),
    }));
    onLoad({ filter: /.*/, namespace: "elsewhere" }, ({ path }) => ({
      contents: `import { CodedError } from "./dsl/language/diagnostics/codes.js";
        throw new CodedError("not-on-page", { word: ${JSON.stringify(/([\w]+)\.run\.js$/.exec(path)[1])} });`,
      resolveDir: dist,
    }));
    onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is no part of the page`)});`,
    }));
  },
});
export const leaveOut = leavingOut([...neverRun, ...ofTrainings], false);
/** Leaves less out, for the training page. */
export const leaveLess = leavingOut(neverRun, true);

/** Marks calls in the constants of a module, except its record, as free of effects: unused ones are left out. */
function withPureConstants(source) {
  const tree = ts.createSourceFile("module.js", source, ts.ScriptTarget.ES2023);
  const places = tree.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .filter(({ name, initializer }) => name.getText(tree) !== "word" && initializer && isMade(initializer))
    .map(({ initializer }) => initializer.getStart(tree));
  return places
    .toSorted((a, b) => b - a)
    .reduce((text, place) => `${text.slice(0, place)}/* @__PURE__ */ ${text.slice(place)}`, source);
}
const isMade = (node) => ts.isCallExpression(node) || ts.isNewExpression(node);

/** Removes properties of object literals that the page never shows, selected by their name and their literal. */
function without(source, isCut) {
  const tree = ts.createSourceFile("module.js", source, ts.ScriptTarget.ES2023);
  const cut = [];
  const textOf = (node) => node?.getText(tree);
  const visit = (node, within) => {
    const here = ts.isCallExpression(node)
      ? textOf(node.expression)
      : ts.isVariableDeclaration(node) && /Codes$/.test(textOf(node.name))
        ? CODES
        : within;
    const spreads = ts.isObjectLiteralExpression(node) && node.properties.some(ts.isSpreadAssignment);
    for (const property of ts.isObjectLiteralExpression(node) ? node.properties : []) {
      const beside = Object.fromEntries(
        node.properties.map(({ name, initializer }) => [textOf(name), textOf(initializer)]),
      );
      if (isCut(textOf(property.name), { beside, spreads, within: here })) cut.push(property);
    }
    // Nested parts are removed together with the part around them.
    ts.forEachChild(node, (child) => {
      if (!cut.includes(child)) visit(child, here);
    });
  };
  visit(tree, undefined);
  // Cuts from the end, so that earlier positions stay valid.
  const places = cut.map((property) => [property.getFullStart(), property.end]);
  return places
    .toSorted(([a], [b]) => b - a)
    .reduce((text, [start, end]) => {
      const rest = text.slice(end);
      return text.slice(0, start) + (rest.startsWith(",") ? rest.slice(1) : rest);
    }, source);
}

/** Marks a table of error codes: a constant whose name ends with `Codes`. */
const CODES = "a table of codes";
/**
 * Selects fields that only the reference shows. The page shows an error's message and help, and explains codes that
 * `allow` may list.
 */
const isOfPages = (name, { beside, within }) =>
  within === CODES &&
  (name === "example" || (name === "explain" && beside.severity !== '"warning"' && beside.allowable !== "true"));
const isUnshown = (beside) => !("default" in beside) || /^\{\s*derived:/.test(beside.default ?? "");
const isCode = (name, { within }) => within === CODES && name.startsWith('"');

/** Returns `{ file, bytes, gzip, inputs }`: the written file, its sizes, and the modules in it. */
export async function buildPage({ out = join(dist, "page"), onProgress = () => {} } = {}) {
  const { worker, tokenizers } = await common(onProgress);
  const app = await windowScript("page/app/main.js", await examples());
  const link = '<a id="to-train" class="button" href="train.html">Train it</a>';
  return finished({ worker, tokenizers, app, out, name: "index", parts: { TO_TRAIN: link, PANEL: "", ENGINE: "" } });
}

/** Builds the common parts of both pages: the compiler's worker, and tokenizers of bases. */
export async function common(onProgress) {
  const tokenizers = await tokenizersOf(measured, onProgress);
  const worker = await build({ ...browser, entryPoints: [join(dist, "page/world/worker.js")], plugins: [leaveOut] });
  return { tokenizers, worker };
}

/** Builds a window's script. */
export function windowScript(entry, shown) {
  return build({
    ...browser,
    entryPoints: [join(dist, entry)],
    define: {
      EXAMPLES: JSON.stringify(shown.examples),
      // Each text is stored once, whichever examples use it: a compressor's window is too short to find repetitions.
      FILES: JSON.stringify(shown.files),
      VOCABULARY: JSON.stringify(shown.vocabulary),
    },
  });
}

/** Minifies the styles. */
async function styleOf(names) {
  const texts = await Promise.all(names.map((name) => readFile(join(here, `${name}.css`), "utf8")));
  return (await transform(texts.join(""), { loader: "css", minify: true, target: browser.target })).code;
}

/** Writes a page by its name: `parts` are its own parts, `more` further scripts in it. */
export async function finished({
  worker,
  tokenizers,
  app,
  out,
  name,
  parts,
  styled = styles,
  trains = false,
  more = [],
}) {
  const terms = trains ? "licences-train.txt" : "licences.txt";
  const page = await written({
    template: await readFile(join(here, "index.html"), "utf8"),
    style: await styleOf(styled),
    app: app.outputFiles[0].text,
    worker: worker.outputFiles[0].text,
    tokenizers: JSON.stringify(tokenizers).replaceAll("<", "\\u003c"),
    parts: { ...parts, LICENCES: terms },
    trains,
  });
  await mkdir(out, { recursive: true });
  const file = join(out, `${name}.html`);
  await writeFile(file, page);
  await writeFile(join(out, terms), await licences([worker, app, ...more].map(({ metafile }) => metafile)));
  const inputs = { worker: Object.keys(worker.metafile.inputs), app: Object.keys(app.metafile.inputs) };
  return {
    file,
    bytes: Buffer.byteLength(page),
    gzip: gzipSync(page, { level: 9 }).length,
    inputs,
    metafile: worker.metafile,
  };
}

/** Fills the template. The policy lists the script's checksum, and no other script may run. */
async function written({ template, style, app, worker, tokenizers, parts: more, trains }) {
  const hash = createHash("sha256").update(app).digest("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}' blob:${trains ? " 'wasm-unsafe-eval'" : ""}`,
    ...(trains ? ["connect-src 'none'"] : []),
    "worker-src blob:",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts = { POLICY: policy, STYLE: style, WORKER: worker, TOKENIZERS: tokenizers, APP: app, ...more };
  const places = /\s*<!--(STYLE|WORKER|TOKENIZERS|APP|TO_TRAIN|PANEL|ENGINE)-->\s*|%(POLICY|LICENCES)%/g;
  return template.replace(places, (_, a, b) => parts[a ?? b]);
}

/** Third-party content in the page, with its licences. */
async function licences(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((output) => Object.keys(output.inputs)),
  );
  // A module that a package disables for browsers is listed but not included.
  const there = inputs.filter((input) => !input.startsWith("(disabled)"));
  const folders = new Set(there.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
      const file = (await readdir(join(root, folder))).find((one) => /^licen[cs]e/i.test(one));
      const terms = file ? await readFile(join(root, folder, file), "utf8") : "";
      return `${name} ${version}: ${license}\n\n${terms.trim()}`;
    }),
  );
  const data = await readFile(join(root, "notebooks/data/README.md"), "utf8");
  const base = "The vocabulary of all-MiniLM-L6-v2 (sentence-transformers) is under the Apache License 2.0.";
  const own = await readFile(join(root, "LICENSE"), "utf8");
  return (
    [`Tunebook: Apache-2.0\n\n${own.trim()}`, data.trim(), base, ...texts].join(`\n\n${"-".repeat(80)}\n\n`) + "\n"
  );
}

async function vocabulary() {
  const [{ registry }, { vocabularyOf }] = await Promise.all(
    ["stdlib/registry.js", "editors/vocabulary.js"].map((path) => import(pathToFileURL(join(dist, path)).href)),
  );
  return vocabularyOf(registry);
}

/**
 * tokenizer.json of bases by the base's hash. The vocabulary is one text in the order of the ids, which compresses far
 * better than numbers next to each token (page/world/packed-tokenizer.ts reads it). For a missing tokenizer the page
 * estimates lengths.
 */
async function tokenizersOf(names, onProgress) {
  const { resolveBase } = await import(pathToFileURL(join(dist, "kernel/bases/resolve.js")).href);
  const found = {};
  for (const name of names) {
    try {
      const { folder, hash } = await resolveBase(name, { folder: root });
      const json = JSON.parse(await readFile(join(folder, "tokenizer.json"), "utf8"));
      const vocab = Object.entries(json.model.vocab).sort(([, a], [, b]) => a - b);
      if (!vocab.every(([token, id], i) => id === i && !token.includes("\n")))
        throw new Error(`${name}: ids have gaps`);
      found[hash] = { ...json, model: { ...json.model, vocab: vocab.map(([token]) => token).join("\n") } };
    } catch (error) {
      if (error.name !== "CodedError" && error.code === undefined) throw error;
      onProgress(`the page has no tokenizer of ${name}: ${error.message}`);
    }
  }
  return found;
}

/** Sorts `2-…` before `10-…`. */
const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Returns each program of examples/ with its title (the first line), its description (the second) and the paths of its
 * data, and those data by path.
 */
export async function examples({ thin = true } = {}) {
  const folder = join(here, "examples");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tune")).sort(inOrder);
  const examples = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      const [, title, about, program] = /^\/\/ (.*)\n\/\/ (.*)\n\n([^]*)$/.exec(text) ?? [];
      if (!program) throw new Error(`${name} must begin with two lines of comment and an empty one`);
      const paths = [...new Set([...program.matchAll(/"(data\/[^"]+)"/g)].map((m) => m[1]))];
      const told = thin ? about : about.replace("three of five of the notebook's", "the notebook's");
      return { id: name.replace(/^\d+-|\.tune$/g, ""), title, about: told, program, paths };
    }),
  );
  const paths = [...new Set(examples.flatMap((one) => one.paths))];
  const files = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(await dataFile(path), "utf8");
      return [path, thin ? thinned(text) : text];
    }),
  );
  return { examples, files: Object.fromEntries(files), vocabulary: await vocabulary() };
}

/**
 * Files longer than this many lines are reduced to three rows of five. That is enough to show results, including what
 * the quickstart allows. In the examples' data a row is one line.
 */
const LONG = 500;
function thinned(text) {
  const lines = text.split(/(?<=\n)/);
  return lines.length > LONG ? lines.filter((_, i) => i % 5 < 3).join("") : text;
}

async function dataFile(path) {
  const own = join(here, "examples", path);
  return readFile(own).then(
    () => own,
    () => join(root, "notebooks", path),
  );
}

// Not awaited at the top level: the other page's builder imports this module.
async function main() {
  const { buildTrainPage } = await import("./training/build.mjs");
  const kB = (n) => `${Math.round(n / 1000)} kB`;
  for (const made of [buildPage, buildTrainPage]) {
    const begun = performance.now();
    const { file, bytes, gzip } = await made({ onProgress: (line) => console.log(line) });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${file}\n${kB(bytes)}, ${kB(gzip)} gzipped, built in ${seconds} s`);
  }
}
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) void main();
