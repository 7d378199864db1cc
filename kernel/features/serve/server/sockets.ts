/** Open connections as the system has them: Node's server only lists those with a finished TLS handshake. */
import type { Server, Socket } from "node:net";

export class OpenSockets {
  private readonly open = new Set<Socket>();
  /** TLS connections without a finished handshake, by remote address. */
  private readonly silent = new Map<string, Socket>();

  constructor(server: Server) {
    const isSecure = "setSecureContext" in server;
    server.on("connection", (socket: Socket) => {
      const from = fromOf(socket);
      this.open.add(socket);
      if (isSecure) this.silent.set(from, socket);
      socket.once("close", () => {
        this.open.delete(socket);
        if (this.silent.get(from) === socket) this.silent.delete(from);
      });
    });
    if (isSecure) server.on("secureConnection", (socket: Socket) => this.silent.delete(fromOf(socket)));
  }

  get size(): number {
    return this.open.size;
  }
  closeSilent(): void {
    for (const socket of this.silent.values()) socket.destroy();
  }
  closeAll(): void {
    for (const socket of this.open) socket.destroy();
  }
}

const fromOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ""} ${String(remotePort)}`;
