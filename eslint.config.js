// The house's import direction is kernel → stdlib → dsl; dsl is pure (no node: modules, no globals of Node).
import js from "@eslint/js";
import ts from "typescript-eslint";

const away = (...rooms) => ({
  "no-restricted-imports": [
    "error",
    { patterns: rooms.map((room) => ({ regex: room, message: "Imports point one way: kernel → stdlib → dsl." })) },
  ],
});
/** What a browser runs too: it imports the vocabulary, the language and its own rooms, and `out` of them leads nothing. */
const portable = (files, out) => ({
  files: [files],
  rules: {
    ...away("^node:", "^#(?!dsl/|stdlib/|platform/|kernel/core/)", out),
    "no-restricted-globals": ["error", "process", "Buffer", "require", "__dirname", "setImmediate"],
  },
});
/** A place in a list stays sayable: types can't tell how long a list is. What a key, a search or a field gives is not. */
const said = {
  "no-restricted-syntax": [
    "error",
    {
      selector: "TSNonNullExpression:not([expression.type='MemberExpression'][expression.computed=true])",
      message: "Let the type say that it is there, or throw an error with a code (dsl/diagnostics/must.ts).",
    },
  ],
};
/** Who reads a file or a function sees it whole. */
const readable = {
  "max-lines": ["error", 450],
  "max-lines-per-function": ["error", 100],
};
/** What starts a process or a thread, and helpers of tests that do: tools/unit-only.mjs keeps the rest of it from unit tests. */
const startsSomething =
  "^node:(child_process|worker_threads)$|^playwright|/engine/(start|engines)\\.js$|/(notebook-of-one|jupyterlab|browser|engine-room)\\.js$|/client/(client|notebook)\\.js$|/cells/(create|notebook)\\.js$";
export default ts.config(
  {
    ignores: [
      "coverage",
      "dist",
      "node_modules",
      "runs",
      "**/*.generated.ts",
      "editors/jupyterlab/labextension",
      "tests/fixtures",
      "tests/golden",
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "no-control-regex": "off",
      eqeqeq: "error",
    },
  },
  {
    files: ["tests/**/*.test.ts"],
    ignores: ["tests/**/*.e2e.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: startsSomething, message: "What needs this is an end-to-end test: *.e2e.test.ts." }] },
      ],
    },
  },
  { files: ["{dsl,stdlib,kernel,editors,page,tools}/**/*.ts"], rules: readable },
  { files: ["dsl/**/*.ts"], rules: away("^#stdlib/", "^#kernel/", "^node:", "^(fs|path|os|buffer|crypto)$") },
  { files: ["dsl/**/*.ts"], ignores: ["dsl/{graph,emit}/**"], rules: said },
  { files: ["stdlib/**/*.ts"], rules: away("^#kernel/") },
  portable("kernel/core/*.ts", "^\\.\\./"),
  portable("kernel/core/*/*.ts", "^(\\.\\./){2}"),
  portable("kernel/core/*/*/*.ts", "^(\\.\\./){3}"),
  { files: ["editors/codemirror/**/*.ts"], rules: away("^#stdlib/", "^#kernel/", "^#page/", "^node:") },
  { files: ["editors/jupyterlab/src/**/*.ts"], rules: away("^#stdlib/", "^#page/", "^node:") },
  { files: ["page/**/*.ts"], rules: away("^node:", "^#kernel/(?!core/)") },
  // Its build (page/training/build.mjs) replaces what stands on Node, and fails where it can't.
  { files: ["page/training/**/*.ts"], rules: away("^node:") },
  { files: ["{kernel,stdlib,tools,page,notebooks}/**/*.ts"], rules: said },
  { files: ["editors/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "error" } },
  {
    files: ["**/*.{js,mjs,cjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        document: "readonly",
        window: "readonly",
        structuredClone: "readonly",
        requestAnimationFrame: "readonly",
        Buffer: "readonly",
        fetch: "readonly",
        performance: "readonly",
      },
    },
  },
);
