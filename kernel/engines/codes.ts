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
      "TensorFlow's binding for Node is compiled once on each machine, which takes about ten seconds and needs a C++ compiler. Without one the ONNX engine serves.",
  },
  "compile-failed": {
    severity: "error",
    message: (d) => `${d.compiler} could not compile TensorFlow's binding for Node`,
    help: () =>
      "a compiler that knows C++17 is needed (g++ 9, clang 10 or newer): set CXX to one and run tunebook setup",
    notes: (d) => [d.output],
    explain: "The compiler ran and said no. Its words are in the note.",
  },
  "addon-broken": {
    severity: "error",
    message: (d) => `TensorFlow's binding was built but does not compute here: ${d.why}`,
    help: () => "run tunebook setup --force to fetch and build it afresh; tunebook doctor tells more",
    explain:
      "After building, a child process loads the binding and multiplies two matrices. That failed, so it isn't used. Processors without AVX can't run TensorFlow's builds.",
  },
  "no-native-build": {
    severity: "error",
    message: (d) => `there is no TensorFlow build for ${d.platform} that tfjs can use`,
    help: () => "the ONNX engine serves here (engine onnx)",
    explain: "TensorFlow's libraries come from its Linux wheels. On other systems the ONNX engine serves.",
  },
  "engine-unavailable": {
    severity: "error",
    message: (d) => `the ${d.engine} engine can't be started: ${d.why}`,
    help: (d) =>
      d.refused
        ? `name no engine: \`engine { device: ${d.device ?? "auto"} }\` takes one that computes there`
        : d.device !== undefined && d.device !== "auto" && d.device !== "cpu"
          ? "leave `device` out, and the fastest that works is taken"
          : d.engine === "tensorflow"
            ? "run tunebook setup, or use engine onnx"
            : "run tunebook doctor",
    explain:
      "The engine that was asked for isn't there or doesn't work on this machine. `tunebook doctor` says what is missing.",
  },
  "device-unavailable": {
    severity: "error",
    facts: true,
    message: (d) => `nothing here computes on \`device: ${d.device}\`: what works is ${d.title}`,
    help: (d) =>
      d.device === "gpu"
        ? "leave `device` out to compute on the processor; `tunebook doctor` says what the graphics card lacks"
        : "leave `device` out, and the fastest that works is taken",
    explain:
      "A device that is named is a demand: a training that was to take minutes on a graphics card shall not take days on " +
      "the processor unnoticed. `device: auto` takes a graphics card where there is one.",
  },
  "engine-died": {
    severity: "error",
    message: (d) =>
      `the ${d.engine} engine's process ended by itself` +
      (d.signal !== null ? ` (signal ${d.signal})` : d.exit !== null ? ` (exit status ${String(d.exit)})` : "") +
      (d.memory ? ": the machine probably ran out of memory" : ""),
    help: (d) =>
      d.memory
        ? "use a smaller batch or max_length, then run the statement again with resume: true"
        : "run the statement again; with resume: true training goes on from its last checkpoint",
    explain:
      "Engines compute in a process of their own, so that a crash in native code or a lack of memory ends that process and not the notebook. Names and data live on; a run goes on from its last checkpoint with `resume: true`.",
  },
  "engine-failed": {
    severity: "error",
    message: (d) => `the ${d.engine} engine failed: ${d.why}`,
    explain: "The engine met an error while it computed. State is as it was before the call.",
  },
  "engine-closed": {
    severity: "error",
    message: (d) => `the ${d.engine} engine has been closed`,
    explain: "A call was made after the engine, or the session in it, was closed.",
  },
  "engine-refuses": {
    severity: "error",
    message: (d) => `the ${d.engine} engine can't run ${d.program}`,
    help: () => "use another engine",
    notes: (d) => d.refusals,
    explain: "The program has an op that this engine doesn't know, or knows only for other types.",
  },
  "unknown-feed": {
    severity: "error",
    message: (d) => `${d.program} has no input or output called ${d.name}`,
    notes: (d) => [`it has ${listNames(d.has)}`],
    explain: "A program is fed exactly its inputs, and gives only its outputs.",
  },
  "feed-type": {
    severity: "error",
    message: (d) => `input ${d.name} of ${d.program} is ${d.expected}, but got ${d.got}`,
    explain: "A feed's type or shape is not the input's; equal names of sizes must have equal sizes within one call.",
  },
  "unknown-state": {
    severity: "error",
    message: (d) => `no state is called ${d.name}`,
    notes: (d) => [`there is ${listNames(d.has)}`],
    explain: "State is named as the programs name it: a checkpoint's parameter paths, and the optimiser's moments.",
  },
  "state-type": {
    severity: "error",
    message: (d) => `state ${d.name} is ${d.expected}, but got ${d.got}`,
    explain: "A value written to state, or a program that shares it, must have exactly its type and shape.",
  },
  "state-shared": {
    severity: "error",
    message: (d) => `state ${d.name} belongs to several models and can't be written by one of them`,
    explain:
      "Models that train few weights of one base have its other weights in common. What one of them wrote there would change all of them.",
  },
  "state-unset": {
    severity: "error",
    message: (d) => `state ${d.name} holds nothing yet`,
    help: () => "run the program that makes it first (for a key-value cache: `reserve`, then `prefill`)",
    explain:
      "A key-value cache has a size only once a program has written it whole. It can be neither read nor added to before, nor after programs were added to its session.",
  },
  "state-size": {
    severity: "error",
    message: (d) => `${d.program} was fed a ${d.size} of ${String(d.got)}, but ${d.name} has ${String(d.has)}`,
    help: (d) => `feed as many rows as the cache was made for, or make it anew for ${String(d.got)}`,
    explain: "A key-value cache has a row for each text of the batch that it was made for.",
  },
  "state-full": {
    severity: "error",
    message: (d) => `${d.program} writes ${d.name} up to ${String(d.end)}, but it has room for ${String(d.room)}`,
    help: () => "reserve a cache with room for the prompt and all tokens that shall follow",
    explain: "A key-value cache doesn't grow beyond the room it was made with.",
  },
};
