// Returns the message of a thrown value. It also accepts errors of another window, which are no `Error` instances.
export function messageOf(error: unknown): string {
  const said = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return String(said ?? error);
}
