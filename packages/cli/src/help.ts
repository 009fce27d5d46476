export const help = `Usage: ./holdfast <command> [options]

  serve all|gateway|health-checker|token-rotator|tagger|simulator|load
                        run the whole suite, or one process of it
                        --config FILE   the configuration (else HOLDFAST_CONFIG, ./holdfast.yaml, the environment)
`;
