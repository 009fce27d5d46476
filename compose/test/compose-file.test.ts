import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { channelVariables } from '@holdfast/alertmanager/channels';
import { loadConfig } from '@holdfast/config/load-config';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly logging?: { readonly options: Record<string, string> };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly privileged?: boolean;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly (string | { readonly source: string })[];
}

const root = path.resolve(import.meta.dirname, '../..');
const placeOf = (name: string) =>
  ['.', 'packages', 'services']
    .map((folder) => path.join(folder, name))
    .find((place) => existsSync(path.join(root, place, 'package.json')))!;
const text = readFileSync(path.resolve(root, 'docker-compose.yml'), 'utf8');
const { services, networks } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
};
const all = Object.entries(services);
const running = all.filter(([name]) => name !== 'setup');

describe('docker-compose.yml', () => {
  test('has the services of the stack, and the simulator and its load only in the demo', () => {
    const inProfile = (profile?: string) =>
      all.filter(([, { profiles }]) => profiles?.[0] === profile).map(([name]) => name);
    expect(inProfile(undefined).sort()).toEqual(
      [
        ...['setup', 'gateway', 'health-checker', 'token-rotator', 'tagger', 'redis', 'postgres'],
        ...['prometheus', 'alertmanager', 'grafana'],
      ].sort(),
    );
    expect(inProfile('demo').sort()).toEqual(['load', 'simulator']);
  });

  test.each(all)('%s is hardened and bounded', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: expect.any(Number),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      logging: { options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
    });
    expect(service.privileged).toBeUndefined();
  });

  // Prometheus, Alertmanager and Grafana name their user in the image.
  test.each(all.filter(([name]) => !['prometheus', 'alertmanager', 'grafana'].includes(name)))(
    '%s does not run as root',
    (_name, { user }) => {
      expect(user).toMatch(/^(node|redis|postgres)$/);
    },
  );

  test.each(running.filter(([name]) => name !== 'load'))(
    '%s says whether it is healthy, and comes back',
    (_name, service) => {
      expect(service.healthcheck?.test[0]).toMatch(/^CMD/);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  test('publishes four ports, on loopback unless BIND_ADDR says otherwise', () => {
    const published = all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port] as const));
    expect(published.map(([name]) => name).sort()).toEqual([
      'alertmanager',
      'gateway',
      'grafana',
      'prometheus',
    ]);
    for (const [, port] of published) expect(port).toMatch(/^\$\{BIND_ADDR:-127\.0\.0\.1\}:/);
  });

  test('pins every image by a full tag', () => {
    for (const [, { image }] of all) expect(image).toMatch(/^holdfast:|:v?\d+\.\d+|:\d+-/);
    expect(text).not.toMatch(/:latest|@sha256/);
  });

  test('needs no variable', () => {
    expect(text.match(/\$\{\w+:?\?/g)).toBeNull();
    expect(text.match(/(?<!\$)\$\{\w+\}/g)).toBeNull();
  });

  test('gives requests under way longer than the gateway drains', () => {
    const [, seconds] = /:-(\d+)s\}$/.exec(services.gateway!.stop_grace_period!) ?? [];
    const { server } = loadConfig({ env: {}, cwd: import.meta.dirname });
    expect(Number(seconds) * 1000).toBeGreaterThan(server.drainTimeoutMs);
  });

  test('keeps the stores away from the outside', () => {
    expect(networks.state).toEqual({ internal: true });
    for (const name of ['redis', 'postgres']) expect(services[name]).toMatchObject({ networks: ['state'] });
  });

  test('mounts a secret only where it is needed', () => {
    const readers = (volume: string) =>
      running
        .filter(([, { volumes = [] }]) =>
          volumes.some((mount) => typeof mount === 'string' && mount.startsWith(`${volume}:`)),
        )
        .map(([name]) => name);
    expect(readers('redis-secrets')).toEqual(['redis']);
    expect(readers('postgres-secrets')).toEqual(['postgres']);
    expect(readers('grafana-secrets')).toEqual(['grafana']);
    expect(readers('database-secrets')).toEqual(['tagger']);
  });

  test('the image has the sources of every workspace that its processes need', () => {
    const ignored = readFileSync(path.resolve(root, '.dockerignore'), 'utf8').split('\n');
    const needed = new Set(['compose', 'packages/cli']);
    for (const workspace of needed) {
      const manifest = JSON.parse(readFileSync(path.resolve(root, workspace, 'package.json'), 'utf8'));
      const siblings = Object.keys(manifest.dependencies).filter((name) => name.startsWith('@holdfast/'));
      for (const name of siblings) needed.add(placeOf(name.replace('@holdfast/', '')));
    }
    expect(needed.size).toBeGreaterThan(10);
    for (const workspace of needed) expect(ignored).not.toContain(`${workspace}/**`);
  });

  test('.env.example names every variable that can be set, and sets none', () => {
    const example = readFileSync(path.resolve(root, '.env.example'), 'utf8');
    const named = new Set(
      example.match(/^# ?([A-Z][A-Z0-9_]+)=/gm)?.map((line) => line.replace(/^# ?|=$/g, '')),
    );
    const used = [...text.matchAll(/\$\{([A-Z_]+):?[-+]/g)].map(([, name]) => name!);
    for (const name of [...used, ...channelVariables]) expect(named).toContain(name);
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});
