/** `tunebook verify FOLDER`: a deployment, opened in its runtime and asked again what its proof was made of. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("verify")
    .description("prove a deployment again: it must answer as the notebook did, in its own runtime, on this machine")
    .argument("<place>", "the folder that `deploy` wrote, or the file")
    .option("--runtime <name>", "another runtime than the target's own, such as `transformers` (Python)")
    .option("--base <folder>", "the base of an adapter, where it isn't found by its name")
    .option("--json", "print the new proof as JSON")
    .action(async (place: string, o: { readonly runtime?: string; readonly base?: string; readonly json?: true }) => {
      const [{ verifyDeployment }, { checksOf, verdictText }, { textTable }, text, { CodedError }] = await Promise.all([
        import("#kernel/session/deployments/verify.js"),
        import("#kernel/deploying/report.js"),
        import("#kernel/core/display/text-table.js"),
        import("#kernel/core/display/text.js"),
        import("#dsl/diagnostics/codes.js"),
      ]);
      const { name, target, proof, found } = await verifyDeployment(place, o.runtime, o.base);
      const runtime = `${proof.runtime?.title ?? ""} ${proof.runtime?.version ?? ""}`.trim();
      if (o.json) process.stdout.write(`${plain(JSON.stringify({ ...proof, found }, null, 2))}\n`);
      else {
        const rows = checksOf(proof).map((one) => [one.what, one.found, one.good === null ? "" : one.good ? "✓" : "✗"]);
        const heading = [name, target, ...(runtime === "" ? [] : [runtime]), verdictText(proof)].join(" · ");
        const table = textTable(["check", "found", ""], rows);
        process.stdout.write(`${text.printable(text.oneLine(heading))}\n${table}\n`);
      }
      if (found.length > 0) throw new CodedError("proof-failed", { model: name, target, runtime, found, kept: true });
    });
}

/** JSON whose texts no terminal obeys. */
function plain(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
