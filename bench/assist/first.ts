/**
 * Times the first check of a fresh process, including the loading of vocabulary and grammar. Prints milliseconds as
 * JSON.
 */
const before = performance.now();
const [{ compile }, { emptyEnvironment: nothingOutside }, { Facts }, { registry }, { notebookCells }] =
  await Promise.all([
    import("#dsl/compiler/program/compile.js"),
    import("#dsl/compiler/plan/known-names.js"),
    import("#dsl/language/types/facts.js"),
    import("#stdlib/registry.js"),
    import("./notebook.js"),
  ]);
const loaded = performance.now();
const text = notebookCells().slice(0, 35).join("\n");
compile([{ id: "a", title: "a", text }], registry, Facts.none, "run", nothingOutside);
console.log(JSON.stringify({ load: loaded - before, check: performance.now() - loaded }));
