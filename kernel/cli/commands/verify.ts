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
      const [{ verifyDeployment }, { checksOf, verdictText }, { textTable }, { CodedError }] = await Promise.all([
        import("#kernel/session/verify.js"),
        import("#kernel/deploying/report.js"),
        import("#kernel/core/display/text-table.js"),
        import("#dsl/diagnostics/codes.js"),
      ]);
      const { name, target, proof, found } = await verifyDeployment(place, o.runtime, o.base);
      const runtime = `${proof.runtime?.title ?? ""} ${proof.runtime?.version ?? ""}`.trim();
      if (o.json) process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
      else {
        const rows = checksOf(proof).map((one) => [one.what, one.found, one.good === null ? "" : one.good ? "✓" : "✗"]);
        process.stdout.write(
          `${name} · ${target} · ${runtime} · ${verdictText(proof)}\n${textTable(["check", "found", ""], rows)}\n`,
        );
      }
      if (found.length > 0) throw new CodedError("proof-failed", { model: name, target, runtime, found, kept: true });
    });
}
