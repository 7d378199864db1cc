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
        ? `what lies there of ${d.model} as ${d.target} is not what was proved, and was asked nothing: ${d.found.join("; ")}`
        : `what was written of ${d.model} as ${d.target} does not answer as the notebook does (in ${d.runtime}): ${d.found.join("; ")}`,
    help: (d) =>
      d.kept
        ? "deploy the model again from its notebook; until then don't use what lies there"
        : d.rounded
          ? "nothing was left there; round less (`quantize: int8` for int4, f16 where the target has it), or train longer: of a model that is sure of nothing rounding decides much"
          : "nothing was left there; report it: it should be equal",
    explain:
      "Before a deployment takes its place it is opened in its target's own runtime and asked what the notebook's model was asked: made-up inputs of all sorts. Its numbers must agree within the target's tolerance; where weights were rounded, its answers must agree often enough, or 30 rows that it did not learn from must score as they do in the notebook. These don't.",
  },
  "place-taken": {
    severity: "error",
    message: (d) => `${d.place} is there already: ${d.has}`,
    help: (d) =>
      d.why === "edited"
        ? "put what was changed elsewhere, then add `{ overwrite: true }`; or name another place"
        : d.why === "meanwhile"
          ? "look what came, and run it again; or name another place"
          : "name a place that is new, or one that holds an earlier deployment of this model",
    explain:
      "What lies there was not written by a deployment, or was changed since by somebody. It may be somebody's work, so nothing of it is deleted or mixed with the new files. The place is looked at before anything is written, and once more before what was written takes it.",
  },
  "place-unusable": {
    severity: "error",
    message: (d) => `nothing can be deployed to ${d.place}: ${d.why}`,
    help: () => "name another place, or mend that one; a relative path starts from the notebook's folder",
    explain:
      "A deployment is written into a folder beside its place, which must be one where folders can be made. Of a place that is a link to a folder, that folder is filled.",
  },
  "deployment-of-another": {
    severity: "error",
    message: (d) => `${d.place} holds a deployment of ${d.other}, not of ${d.own}`,
    help: () => "name another place, or add `{ overwrite: true }` to write over it",
    explain:
      "A deployment takes the place of an earlier one of the same model by itself, of another model only when that is asked for.",
  },
  "no-deployment": {
    severity: "error",
    message: (d) => `${d.folder} holds no deployment: there is no tunebook.json`,
    help: () =>
      "name the folder that `deploy` wrote; of a file (`helper.gguf`) the file itself, whose companions lie beside it",
    explain:
      "A deployment has a file tunebook.json that says how it is asked, and proof.json with what it was proved by.",
  },
  "deployment-unreadable": {
    severity: "error",
    message: (d) => `${d.file} can't be read: ${d.why}`,
    help: () => "deploy the model again",
    explain: "A file that a deployment stands on was changed or damaged.",
  },
  "runtime-missing": {
    severity: "error",
    message: (d) => `${d.runtime} isn't here to open it`,
    help: (d) => d.brings,
    explain: "A deployment is proved in its target's own runtime. This one isn't part of Tunebook and was not found.",
  },
  "adapter-needs-base": {
    severity: "error",
    message: (d) => `${d.place} holds an adapter, and its base ${d.base} isn't found here`,
    help: (d) => `name the base's folder: \`npx tunebook verify ${d.place} --base FOLDER\``,
    explain:
      "An adapter is what trained alone; it answers over the weights that it was trained on. They are looked for by their name: in this folder, in the caches, in packages, on the hub.",
  },
  "runtime-unfit": {
    severity: "error",
    message: (d) => `${d.runtime} doesn't open what is written as ${d.target}`,
    help: (d) =>
      d.fit.length === 0 ? "nothing here opens it" : `leave \`--runtime\` out, or name ${d.fit.join(" or ")}`,
    explain: "Each target has the runtime that it is written for; some files are read by another one too.",
  },
  "page-unbuilt": {
    severity: "error",
    message: () => "what pages are made of isn't here",
    help: () => "run `npm run build` in Tunebook's own folder, then deploy again",
    explain:
      "A page has scripts and a runtime that are the same for all of them. The build of Tunebook makes them; a folder that was only deployed has none.",
  },
  "licence-forbids": {
    severity: "error",
    message: (d) => `the licence of ${d.base} (${d.licence}) forbids to pass on what is made of it`,
    help: () => 'use another base, or ask who made it; `router.save("folder")` writes a copy for yourself',
    explain:
      "Licences with “no derivatives” allow use, not the passing on of changed versions. A deployment is a changed version made to be passed on.",
  },
};
