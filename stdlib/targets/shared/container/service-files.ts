/**
 * Files that make a folder buildable as an image, or a systemd service, with Tunebook's own server. The server is
 * packed next to the model, and its dependencies come from npm when the image is built. Keys are in a file that the
 * operator creates.
 */
import { composeFileText as composed, BASE_IMAGE, CONTAINER_PORT, serviceName } from "./files.js";

/** The packed program (kernel/deployments/tools/tunebook.ts). */
export const TUNEBOOK_TARBALL = "tunebook.tgz";
/** Environment variable with the API keys, set by the operator in `ENVIRONMENT_FILE`. */
export const API_KEYS_VARIABLE = "TUNEBOOK_KEYS";
export const ENVIRONMENT_FILE = "tunebook.env";
/** Seconds that running requests have at shutdown, and seconds that the service manager waits. */
const [GRACE, WAIT] = [30, 40];

export const serviceComposeFile = (name: string): string =>
  composed(name, { environment: ENVIRONMENT_FILE, grace: WAIT });

export function serviceDockerfile(name: string): string {
  const command = [
    "tunebook",
    "serve",
    "--name",
    `${name}=/model`,
    "--host",
    "0.0.0.0",
    "--port",
    String(CONTAINER_PORT),
  ];
  const words = [
    ...command,
    "--engine",
    "onnx",
    "--api-keys-env",
    API_KEYS_VARIABLE,
    "--allow-host",
    serviceName(name),
  ];
  return `FROM ${BASE_IMAGE}
ENV NODE_ENV=production TUNEBOOK_CACHE=/tmp/tunebook
COPY ${TUNEBOOK_TARBALL} /tmp/
RUN npm install --global --omit=dev --ignore-scripts --no-audit --no-fund /tmp/${TUNEBOOK_TARBALL} && npm cache clean --force && rm /tmp/${TUNEBOOK_TARBALL}
COPY . /model
USER node
EXPOSE ${String(CONTAINER_PORT)}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:${String(CONTAINER_PORT)}/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ${JSON.stringify(words)}
`;
}

/** Returns a unit that serves /opt/NAME, where the folder is copied to. */
export function systemdUnitFile(name: string): string {
  const service = serviceName(name);
  const folder = `/opt/${service}`;
  return `# ${service}.service: cp -r this folder to ${folder}, npm install --global ${folder}/${TUNEBOOK_TARBALL},
# cp ${folder}/tunebook.service /etc/systemd/system/${service}.service, systemctl enable --now ${service}
[Unit]
Description=The model ${unitText(name)}, served by Tunebook
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=all
EnvironmentFile=${folder}/${ENVIRONMENT_FILE}
Environment=NODE_ENV=production TUNEBOOK_CACHE=%C/${service}
ExecStart=/usr/bin/env tunebook serve --name ${unitWord(`${name}=${folder}`)} --port ${String(CONTAINER_PORT)} --api-keys-env ${API_KEYS_VARIABLE}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
TimeoutStartSec=300
TimeoutStopSec=${String(GRACE + WAIT)}
Restart=on-failure
DynamicUser=yes
CacheDirectory=${service}
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
CapabilityBoundingSet=
LockPersonality=yes

[Install]
WantedBy=multi-user.target
`;
}

/** Escapes text so that systemd expands nothing. */
const unitText = (text: string): string => text.replaceAll("%", "%%");
/** Quotes one argument of a command line in a unit. */
const unitWord = (text: string): string =>
  /^[\w./=-]+$/.test(text)
    ? text
    : `"${unitText(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$")}"`;

/** Example that the operator copies to `ENVIRONMENT_FILE` and fills in. */
export const EXAMPLE_ENVIRONMENT_TEXT = `# Copy to ${ENVIRONMENT_FILE} (chmod 600) and fill in: API keys, separated by commas.\n# echo "${API_KEYS_VARIABLE}=$(openssl rand -hex 24)" > ${ENVIRONMENT_FILE}\n${API_KEYS_VARIABLE}=\n`;

export const SERVICE_DOCKERIGNORE_TEXT = [
  ...[
    "node_modules",
    ".git",
    "Dockerfile",
    "compose.yaml",
    "tunebook.service",
    ENVIRONMENT_FILE,
    `${ENVIRONMENT_FILE}.example`,
  ],
  ...[".dockerignore", ""],
].join("\n");
