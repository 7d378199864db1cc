/** Whether only this machine reaches a host. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "").toLowerCase();
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** Whether only this machine reaches the server of a URL. */
export function isLocalUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}
