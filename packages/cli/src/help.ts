const VERB_HELP: Readonly<Record<string, string>> = {
  serve: `serve [all|gateway|health-checker|token-rotator|tagger|simulator|load]
    Runs the whole suite (all, the default), or one process of it, until
    Ctrl-C or SIGTERM.
    --scenario FILE   what the simulator plays (serve simulator)`,
  status: `status
    How the suite is: clusters with their endpoints, services, state store,
    alerts that fire.`,
  cluster: `cluster list [NAME]
    Clusters and endpoints: what is configured, and how it is. Without a
    running gateway only the former.`,
  tokens: `tokens [status|watch|reset|rotate|emergency] [POOL]
    status            how each token stands (default)
    watch             the same as a live table until Ctrl-C; into a pipe a
                      line for each change
    reset             clears every block of a pool, or of one token
    rotate            makes the next token, or the given one, the current one
    emergency         diagnoses, drops what was only guessed, validates every
                      token, says what is still wrong and until when
    --token NAME      for reset and rotate`,
  check: `check [FILE] [--live]
    Is a configuration valid? Prints every problem, or a summary.
    --live            probes every endpoint now: by the running health-
                      checker, or from here when FILE is given or none runs`,
  tail: `tail [FILE|-]
    Follows the requests of the running gateway; FILE or - (stdin) reads its
    log instead.
    --model GLOB      only these models (* and ?)
    --cluster NAME    only this cluster
    --endpoint NAME   only requests that tried this endpoint
    --outcome LIST    only these: primary, fallback, canned, exhausted, cache,
                      rejected, cancelled
    --errors          only canned, exhausted and rejected
    --request ID      only this one
    --lines N         begin with the last N requests (10)
    --no-follow       print those and end`,
  drill: `drill [--scenario NAME]... [--cluster NAME] [--model NAME]
    Plays outages against this configuration, with a simulated twin of each
    endpoint: no provider is called, no key is used, none need be set.
    Timeouts and waits run faster than configured, and are shown as it says.
    Exit code 0: all passed, 1: some did not.
    --scenario NAME   only this one; may be repeated. --list shows them
    --cluster NAME    only this cluster
    --model NAME      as a client that asks for this model (default: one of
                      each cluster)
    --real-time       with the configured times; a hang takes minutes then`,
  alerts: `alerts [list|test]
    list              alerts that Alertmanager (else Prometheus) has, and
                      those delivered to the gateway (default)
    test              sends a test alert and waits for its delivery at the
                      gateway
    HOLDFAST_ALERTMANAGER_URL (http://127.0.0.1:9093) and
    HOLDFAST_PROMETHEUS_URL (http://127.0.0.1:9090) say where they are.`,
};

const COMMON = `  --config FILE       the configuration (else HOLDFAST_CONFIG, ./holdfast.yaml,
                      the environment, the built-in demo)
  --json              for programs
Services are found by services.* of the configuration, or HOLDFAST_GATEWAY_URL,
HOLDFAST_ADMIN_URL, HOLDFAST_HEALTH_CHECKER_URL, HOLDFAST_TOKEN_ROTATOR_URL,
HOLDFAST_TAGGER_URL. Exit code: 0 ok, 1 degraded, 2 down or wrong usage.`;

/** `Usage: ./holdfast tail [FILE|-]` */
export const usageLine = (verb: string): string => `Usage: ./holdfast ${VERB_HELP[verb]!.split('\n', 1)[0]}`;

/** Of one verb. */
export const helpFor = (verb: string): string => `Usage: ./holdfast ${VERB_HELP[verb]}\n\n${COMMON}`;

/** Of all verbs. */
export const help = (): string =>
  `Usage: ./holdfast <command> [options]\n\n${Object.values(VERB_HELP).map(indent).join('\n\n')}\n\n${COMMON}`;

const indent = (text: string) => text.replace(/^/gm, '  ');
