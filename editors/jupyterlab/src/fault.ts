// What a thing that was thrown says; errors of another window count too.
export function messageOf(error: unknown): string {
  const said = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return String(said ?? error);
}
