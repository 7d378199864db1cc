/** Groups the codes by what the user was doing. Each activity has one page in the reference. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allCodes, mustExist } from "#dsl/language/diagnostics/codes.js";

const built = fileURLToPath(new URL("../..", import.meta.url));
const packages = ["dsl", "stdlib", "kernel", "editors"];

/** The folders and files of each activity's code tables; the first activity that matches a file has its codes. */
export const ACTIVITIES = {
  writing: {
    title: "Writing a program",
    files: /^dsl\/language\/|plan\/codes\/name-codes|^stdlib\/(?:text|user-defined)\/|^kernel\/apps\/checking\//,
  },
  sweeps: {
    title: "Running sweeps",
    files: /search-codes|sweep|^kernel\/runs\/together\//,
  },
  private: {
    title: "Federated and private training",
    files: /federate|priva|canary|client-codes|^stdlib\/(?:aggregators|compressors|partitions)\//,
  },
  updates: {
    title: "Updating and compressing models",
    files: /update|compress|^stdlib\/(?:strategies|students|sparsities)\//,
  },
  data: {
    title: "Reading and cleaning data",
    files:
      /^stdlib\/(?:sources|splits|cleaners|conversations|personal-data)\/|^kernel\/data\/|checks\/(?:data|odd-label|personal)|annotate/,
  },
  evaluation: {
    title: "Evaluating and predicting",
    files:
      /evaluation|calibration|fitted|^stdlib\/(?:contenders|metrics|bars|judging|json-schemas)\/|^kernel\/inference\//,
  },
  models: {
    title: "Loading models",
    files: /model-codes(?<!serve\/model-codes)|^kernel\/(?:bases|models|tensors)\/|^stdlib\/models\//,
  },
  machines: {
    title: "Using several processes or machines",
    files: /^kernel\/remote\/|rank-codes|^stdlib\/runners\//,
  },
  serving: { title: "Serving models", files: /^kernel\/features\/serve\// },
  deploying: { title: "Deploying models", files: /deploy|^stdlib\/targets\// },
  runs: {
    title: "Working with runs, reports and trackers",
    files: /^kernel\/runs\/|replay|report|experiment|^stdlib\/trackers\//,
  },
  notebooks: {
    title: "Using notebooks, editors and the command line",
    files: /^kernel\/(?:apps|trust|host|fetch)\/|^editors\/|^stdlib\/secrets\//,
  },
  training: {
    title: "Training a model",
    files: /^dsl\/compiler\/|^dsl\/tensor\/|^kernel\/(?:engines|training)|^stdlib\/(?:tasks|techniques|optimizers)\//,
  },
} as const;
export type ActivityName = keyof typeof ACTIVITIES;

/** Maps each activity to its codes, sorted. All codes must be registered. */
export function codesByActivity(): ReadonlyMap<ActivityName, readonly string[]> {
  const files = packages.flatMap((name) =>
    readdirSync(join(built, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .map((file) => `${name}/${file.replaceAll("\\", "/")}`),
  );
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(join(built, file), "utf8");
    if (!/^export const \w+Codes = \{$/m.test(text)) continue;
    for (const [, name = ""] of text.matchAll(/^ {4}"?([a-z][a-z0-9-]*)"?: \{$/gm)) fileOf.set(name, file);
  }
  const activities = Object.keys(ACTIVITIES) as ActivityName[];
  const activityOf = (file: string): ActivityName =>
    mustExist(
      activities.find((one) => ACTIVITIES[one].files.test(file)),
      `the activity of ${file} (tools/reference/code-activities.ts)`,
    );
  const codes = new Map<ActivityName, string[]>(ORDER.map((activity) => [activity, []]));
  for (const name of allCodes()) {
    const activity = activityOf(mustExist(fileOf.get(name), `the file with ${name}`));
    mustExist(codes.get(activity), activity).push(name);
  }
  return codes;
}

/** In the order of a model's life. */
const ORDER: readonly ActivityName[] = [
  ...(["writing", "data", "models", "training", "evaluation", "sweeps", "updates", "private"] as const),
  ...(["deploying", "serving", "runs", "machines", "notebooks"] as const),
];

export const pageOfActivity = (activity: ActivityName): string => `codes/${activity}.md`;
