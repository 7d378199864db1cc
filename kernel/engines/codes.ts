/** Errors of engines: their native part, their host process, their state. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface EngineCodeData {
  "no-compiler": { readonly tried: readonly string[] };
  "compile-failed": { readonly compiler: string; readonly output: string };
  "addon-broken": { readonly addon: string; readonly why: string };
  "no-native-build": { readonly platform: string };
  /** `device`: the requested one. `refused`: the engine never supports this device. */
  "engine-unavailable": {
    readonly engine: string;
    readonly why: string;
    readonly device?: string;
    readonly refused?: true;
  };
  /** `title`: the engine that works on this machine. */
  "device-unavailable": { readonly device: string; readonly title: string };
  "engine-died": {
    readonly engine: string;
    readonly signal: string | null;
    readonly exit: number | null;
    readonly memory: boolean;
  };
  "engine-failed": { readonly engine: string; readonly why: string };
  "engine-closed": { readonly engine: string };
  "engine-refuses": { readonly engine: string; readonly program: string; readonly refusals: readonly string[] };
  "unknown-feed": { readonly program: string; readonly name: string; readonly has: readonly string[] };
  "feed-type": { readonly program: string; readonly name: string; readonly expected: string; readonly got: string };
  "unknown-state": { readonly name: string; readonly has: readonly string[] };
  "state-type": { readonly name: string; readonly expected: string; readonly got: string };
  "state-unset": { readonly name: string };
  "state-shared": { readonly name: string };
  "state-size": {
    readonly name: string;
    readonly program: string;
    readonly size: string;
    readonly has: number;
    readonly got: number;
  };
  "state-full": { readonly name: string; readonly program: string; readonly room: number; readonly end: number };
}

export const engineCodes: CodeTable<EngineCodeData> = {
  "no-compiler": {
    severity: "error",
    message: (d) => `no C++ compiler was found (tried ${d.tried.join(", ")})`,
    help: () =>
      "install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++), or set CXX, then run tunebook setup",
    explain:
      "TensorFlow's binding for Node is compiled once on each machine. This takes about ten seconds and requires a C++ compiler. Without one, the ONNX engine is used.",
  },
  "compile-failed": {
    severity: "error",
    message: (d) => `${d.compiler} could not compile TensorFlow's binding for Node`,
    help: () => "set CXX to a compiler that supports C++17 (g++ 9, clang 10 or newer), and run tunebook setup",
    notes: (d) => [d.output],
    explain: "The compiler ran but reported errors. The note contains its output.",
  },
  "addon-broken": {
    severity: "error",
    message: (d) => `TensorFlow's binding was built but does not work here: ${d.why}`,
    help: () => "run tunebook setup --force to download and build it again, or tunebook doctor for details",
    explain:
      "After the build, a child process loads the binding and multiplies two matrices. This failed, so the binding is not used. Processors without AVX cannot run TensorFlow's builds.",
  },
  "no-native-build": {
    severity: "error",
    message: (d) => `no TensorFlow build for ${d.platform} works with tfjs`,
    help: () => "use the ONNX engine here (engine onnx)",
    explain: "TensorFlow's libraries come from its Linux wheels. Other systems use the ONNX engine.",
  },
  "engine-unavailable": {
    severity: "error",
    message: (d) => `the ${d.engine} engine cannot be started: ${d.why}`,
    help: (d) =>
      d.refused
        ? `remove the engine name: \`engine { device: ${d.device ?? "auto"} }\` selects one that supports the device`
        : d.device !== undefined && d.device !== "auto" && d.device !== "cpu"
          ? "remove `device` to use the fastest one that works"
          : d.engine === "tensorflow"
            ? "run tunebook setup, or use engine onnx"
            : "run tunebook doctor",
    explain:
      "The requested engine is missing or does not work on this machine. `tunebook doctor` reports what is missing.",
  },
  "device-unavailable": {
    severity: "error",
    facts: true,
    message: (d) => `\`device: ${d.device}\` is not available here; available: ${d.title}`,
    help: (d) =>
      d.device === "gpu"
        ? "remove `device` to use the CPU, or run `tunebook doctor` to see what the GPU lacks"
        : "remove `device` to use the fastest one that works",
    explain:
      "A named device is required, not preferred. Otherwise a training planned for minutes on a graphics card could take days on " +
      "the CPU unnoticed. `device: auto` uses a GPU if there is one.",
  },
  "engine-died": {
    severity: "error",
    message: (d) =>
      `the ${d.engine} engine's process ended unexpectedly` +
      (d.signal !== null ? ` (signal ${d.signal})` : d.exit !== null ? ` (exit status ${String(d.exit)})` : "") +
      (d.memory ? ": the machine probably ran out of memory" : ""),
    help: (d) =>
      d.memory
        ? "use a smaller batch or max_length, then run the statement again with resume: true"
        : "run the statement again; with resume: true training continues from its last checkpoint",
    explain:
      "Engines run in a separate process. A crash in native code or a lack of memory ends that process, not the notebook. Names and data are not lost. A run continues from its last checkpoint with `resume: true`.",
  },
  "engine-failed": {
    severity: "error",
    message: (d) => `the ${d.engine} engine failed: ${d.why}`,
    explain: "The engine had an error while computing. Its state is the same as before the call.",
  },
  "engine-closed": {
    severity: "error",
    message: (d) => `the ${d.engine} engine is closed`,
    explain: "A call was made after the engine or its session was closed.",
  },
  "engine-refuses": {
    severity: "error",
    message: (d) => `the ${d.engine} engine cannot run ${d.program}`,
    help: () => "use another engine",
    notes: (d) => d.refusals,
    explain: "The program has an operation that this engine does not support, or supports only for other types.",
  },
  "unknown-feed": {
    severity: "error",
    message: (d) => `${d.program} has no input or output named ${d.name}`,
    notes: (d) => [`it has ${listNames(d.has)}`],
    explain:
      "A compiled graph (here called a program) takes exactly its declared inputs and returns only its declared outputs. This is an error of Tunebook itself; please report it.",
  },
  "feed-type": {
    severity: "error",
    message: (d) => `input ${d.name} of ${d.program} must be ${d.expected}, but is ${d.got}`,
    explain:
      "The type or shape of the value does not match the input. Sizes with the same name must be equal within one call.",
  },
  "unknown-state": {
    severity: "error",
    message: (d) => `no state is named ${d.name}`,
    notes: (d) => [`available: ${listNames(d.has)}`],
    explain: "State has the names that programs use: a checkpoint's parameter paths, and the optimiser's moments.",
  },
  "state-type": {
    severity: "error",
    message: (d) => `state ${d.name} must be ${d.expected}, but the value is ${d.got}`,
    explain: "A value written to state, or a program that shares the state, must have exactly the same type and shape.",
  },
  "state-shared": {
    severity: "error",
    message: (d) => `state ${d.name} is shared by several models, so none of them may write it`,
    explain:
      "Models that train few weights of one base share its other weights. A write by one of them would change all.",
  },
  "state-unset": {
    severity: "error",
    message: (d) => `state ${d.name} has no value yet`,
    help: () => "run the program that creates it first (for a key-value cache: `reserve`, then `prefill`)",
    explain:
      "A key-value cache has no size until a program has written it completely. Before that, and after programs were added to its session, it cannot be read or extended.",
  },
  "state-size": {
    severity: "error",
    message: (d) => `${d.program} received a ${d.size} of ${String(d.got)}, but ${d.name} has ${String(d.has)}`,
    help: (d) => `feed the number of rows that the cache was created for, or create it again for ${String(d.got)}`,
    explain: "A key-value cache has one row for each text of the batch that it was created for.",
  },
  "state-full": {
    severity: "error",
    message: (d) =>
      `${d.program} writes ${d.name} up to position ${String(d.end)}, but it has room for ${String(d.room)}`,
    help: () => "reserve a cache with room for the prompt and all new tokens",
    explain: "A key-value cache has a fixed size.",
  },
};
