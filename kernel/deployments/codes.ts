/** Codes of deployments: writing fails, deployed files give other outputs, or files can't be opened again. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface DeployingCodeData {
  "proof-failed": {
    readonly model: string;
    readonly target: string;
    /** Name of the runtime. Empty if none was run, because the files differ already. */
    readonly runtime: string;
    readonly found: readonly string[];
    /** The deployed weights are rounded. */
    readonly rounded?: true;
    /** Set for `verify`, which leaves the files in place. */
    readonly kept?: true;
  };
  "place-taken": {
    readonly place: string;
    readonly has: string;
    /** `edited`: somebody changed the deployment's files; `meanwhile`: files appeared during the deployment. */
    readonly why?: "edited" | "meanwhile";
  };
  "place-unusable": { readonly place: string; readonly why: string };
  "deployment-of-another": { readonly place: string; readonly other: string; readonly own: string };
  "no-deployment": { readonly folder: string };
  "deployment-unreadable": { readonly file: string; readonly why: string };
  "runtime-unfit": { readonly runtime: string; readonly target: string; readonly fit: readonly string[] };
  "runtime-missing": { readonly runtime: string; readonly brings: string };
  "adapter-needs-base": { readonly place: string; readonly base: string };
  "licence-forbids": { readonly base: string; readonly licence: string };
  "page-unbuilt": Record<never, never>;
}

export const deployingCodes: CodeTable<DeployingCodeData> = {
  "proof-failed": {
    severity: "error",
    message: (d) =>
      d.runtime === ""
        ? `the files of ${d.model} as ${d.target} were changed after they were verified, and were not run: ${d.found.join("; ")}`
        : `the deployed ${d.model} as ${d.target} predicts differently from the notebook (in ${d.runtime}): ${d.found.join("; ")}`,
    help: (d) =>
      d.kept
        ? "deploy the model again from its notebook, and do not use these files until then"
        : d.rounded
          ? "round less (`quantize: int8` for int4, f16 if the target supports it), or train longer: rounding strongly affects an uncertain model; no files were left there"
          : "report it, because the predictions should be equal; no files were left there",
    explain:
      "Before a deployment is put in place, its target's own runtime predicts on the same varied synthetic inputs as the notebook's model. The numbers must agree within the target's tolerance. With rounded weights, predictions must agree often enough, or 30 rows not used in training must score as in the notebook. This deployment failed the check.",
  },
  "place-taken": {
    severity: "error",
    message: (d) => `${d.place} already exists: ${d.has}`,
    help: (d) =>
      d.why === "edited"
        ? "move the changed files, then add `{ overwrite: true }`; or choose another place"
        : d.why === "meanwhile"
          ? "check the new files and run it again, or choose another place"
          : "choose a new place, or one with an earlier deployment of this model",
    explain:
      "The files there were not written by a deployment, or somebody changed them afterwards. They may be somebody's work, so they are not deleted or mixed with the new files. Tunebook checks the place before it writes, and again before it moves the new files there.",
  },
  "place-unusable": {
    severity: "error",
    message: (d) => `cannot deploy to ${d.place}: ${d.why}`,
    help: () => "choose another place, or fix this one; a relative path starts from the notebook's folder",
    explain:
      "A deployment is first written into a folder next to its place, so new folders must be allowed there. If the place is a link to a folder, the deployment is written to that folder.",
  },
  "deployment-of-another": {
    severity: "error",
    message: (d) => `${d.place} contains a deployment of ${d.other}, not of ${d.own}`,
    help: () => "choose another place, or add `{ overwrite: true }` to replace it",
    explain:
      "A deployment automatically replaces an earlier one of the same model. It replaces one of another model only with `overwrite`.",
  },
  "no-deployment": {
    severity: "error",
    message: (d) => `${d.folder} does not contain a deployment: tunebook.json is missing`,
    help: () =>
      "name the folder that `deploy` wrote; for a single file (`helper.gguf`), name the file, with its other files next to it",
    explain:
      "A deployment has a file tunebook.json that defines how to call it, and a file proof.json with its verification.",
  },
  "deployment-unreadable": {
    severity: "error",
    message: (d) => `${d.file} cannot be read: ${d.why}`,
    help: () => "deploy the model again",
    explain: "A file that a deployment requires was changed or damaged.",
  },
  "runtime-missing": {
    severity: "error",
    message: (d) => `${d.runtime}, which is required to open the deployment, was not found`,
    help: (d) => d.brings,
    explain:
      "A deployment is verified in its target's own runtime. This runtime is not part of Tunebook and was not found.",
  },
  "adapter-needs-base": {
    severity: "error",
    message: (d) => `${d.place} contains an adapter, but its base model ${d.base} was not found`,
    help: (d) => `name the base model's folder: \`npx tunebook verify ${d.place} --base FOLDER\``,
    explain:
      "An adapter contains only the trained weights and requires its base model to predict. The base model is searched by name in this folder, in the caches, in packages and on the hub.",
  },
  "runtime-unfit": {
    severity: "error",
    message: (d) => `${d.runtime} cannot open files for ${d.target}`,
    help: (d) =>
      d.fit.length === 0
        ? "deploy to another target: no runtime here can open it"
        : `remove \`--runtime\`, or name ${d.fit.join(" or ")}`,
    explain: "Each target has its own runtime. Another runtime can read some of its files.",
  },
  "page-unbuilt": {
    severity: "error",
    message: () => "the files that every page requires are missing",
    help: () => "run `npm run build` in Tunebook's own folder, then deploy again",
    explain:
      "All pages share the same scripts and runtime. The build of Tunebook creates them. A folder that was only deployed does not have them.",
  },
  "licence-forbids": {
    severity: "error",
    message: (d) => `the licence of ${d.base} (${d.licence}) forbids distributing modified versions`,
    help: () => 'use another base model, or ask its authors; `router.save("folder")` writes a copy for your own use',
    explain:
      "Licences with “no derivatives” allow use but not the distribution of modified versions. A deployment is a modified version for distribution.",
  },
};
