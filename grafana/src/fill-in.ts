/** A panel's query as Grafana sends it, with every cluster and pool chosen. `range`: a Prometheus duration. */
export const fillIn = (expr: string, range: string): string =>
  expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', range)
    .replace(/\$(cluster|pool)\b/g, '.*');
