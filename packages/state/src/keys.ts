/** Every key and channel name in the shared store, in one place. Writers -> readers behind each. */

const PREFIX = 'holdfast:v1:';

/** Hash, field `<cluster>/<endpoint>`: health-checker -> gateways, CLI, status page. */
export const availabilityKey = `${PREFIX}availability`;
/** Channel; a message is `{ id, entry }`: health-checker -> gateways. */
export const availabilityChannel = `${PREFIX}availability`;
/** Sorted set of endpoint ids by next check time: gateways add, the health-checker checks and removes. */
export const failureQueueKey = `${PREFIX}failure-queue`;
/** Hash, field `<cluster>/<endpoint>@<gateway>`: what real traffic tells, gateways -> health-checker. */
export const trafficKey = `${PREFIX}traffic`;
/** Hash, field `<cluster>/<endpoint>`: models that probes found, health-checker -> gateways. */
export const modelListsKey = `${PREFIX}models`;
/** Shared open-until of an endpoint's breaker: gateways -> gateways. */
export const breakerKey = (endpointId: string) => `${PREFIX}breaker:${endpointId}`;
/** Channel; a message is `{ id, model?, untilMs }`: gateways -> gateways. */
export const breakerChannel = `${PREFIX}breaker`;
/** Hash, field = token name (and `@pool` for the pool's own record): token-rotator -> gateways. */
export const tokensKey = (pool: string) => `${PREFIX}tokens:${pool}`;
/** Channel; a message is `{ pool }`: token-rotator -> gateways. */
export const tokensChannel = `${PREFIX}tokens`;
/** Capped stream, one entry per use of a token: gateways -> token-rotator. */
export const tokenReportsKey = `${PREFIX}token-reports`;
/** Channel; an empty message says that there is something new in the stream: gateways -> token-rotator. */
export const tokenReportsChannel = `${PREFIX}token-reports`;
export const limitKey = (name: string) => `${PREFIX}limits:${name}`;
export const throttleKey = (name: string) => `${PREFIX}throttle:${name}`;
export const cacheKey = (name: string) => `${PREFIX}cache:${name}`;
export const leaseKey = (name: string) => `${PREFIX}lease:${name}`;
