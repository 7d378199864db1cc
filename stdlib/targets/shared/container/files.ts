/**
 * Files that make a folder buildable as an image with the small server: Dockerfile, compose file, package.json and
 * ignore list.
 */

/** Debian with Node only. The exact tag keeps image builds reproducible. */
export const BASE_IMAGE = "node:22.12.0-bookworm-slim";
/** Version of transformers.js, which runs the model and includes ONNX Runtime for Node. */
const TRANSFORMERS = "4.3.1";
export const CONTAINER_PORT = 8080;

export function dockerfileText(): string {
  return `FROM ${BASE_IMAGE}
ENV NODE_ENV=production PORT=${String(CONTAINER_PORT)} HOST=0.0.0.0 REPOSITORY=/repository
WORKDIR /app
COPY package.json ./
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY server.mjs ./
COPY . /repository
USER node
EXPOSE ${String(CONTAINER_PORT)}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs"]
`;
}

/** `environment`: a file of environment variables. `grace`: seconds that the container has to stop. */
export function composeFileText(
  name: string,
  options: { readonly environment?: string; readonly grace?: number } = {},
): string {
  const service = serviceName(name);
  return `services:
  ${service}:
    build: .
    image: ${service}
${options.environment === undefined ? "" : `    env_file: ${options.environment}\n`}    ports:
      - "127.0.0.1:${String(CONTAINER_PORT)}:${String(CONTAINER_PORT)}"
    read_only: true
    tmpfs:
      - /tmp
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
${options.grace === undefined ? "" : `    stop_grace_period: ${String(options.grace)}s\n`}    restart: unless-stopped
`;
}

/** Returns a name of letters, digits and dashes, as services and images require. */
export function serviceName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "model"
  );
}

export function packageJsonText(name: string): string {
  const json = {
    name: serviceName(name),
    private: true,
    type: "module",
    scripts: { start: "node server.mjs" },
    engines: { node: ">=20" },
    dependencies: { "@huggingface/transformers": TRANSFORMERS },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

export const DOCKERIGNORE_TEXT = ["node_modules", ".git", "Dockerfile", "compose.yaml", ".dockerignore", ""].join("\n");
