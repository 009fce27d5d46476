# One image for every process of the suite; which one it is, the command says (docker-compose.yml).
ARG NODE_IMAGE=node:24-bookworm-slim

# The manifests alone, so that a change of the sources leaves the layer of the dependencies as it is.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests && find . \( -name package.json -o -name 'pnpm-*.yaml' \) -exec cp --parents '{}' /manifests \;

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=manifests /manifests ./
# Optional dependencies are Node itself for development machines; this image has it.
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/pnpm-store \
    npx --yes pnpm@12.21.0 install --prod --frozen-lockfile --no-optional --store-dir /pnpm-store

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOLDFAST_SKIP_INSTALL=1
WORKDIR /app
COPY --from=dependencies /app ./
COPY . .
# A new volume takes over the owner of the folder it is mounted on.
RUN install -d -o node -g node data /setup/rules /setup/dashboards /setup/alertmanager \
    /setup/secrets/redis /setup/secrets/postgres /setup/secrets/grafana /setup/secrets/state /setup/secrets/database
USER node
EXPOSE 4000 4001 4002 4003 4004 4010
CMD ["node", "packages/cli/src/main.ts", "serve", "all"]
