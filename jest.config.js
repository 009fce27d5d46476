import { existsSync, readdirSync } from 'node:fs';

const root = import.meta.dirname;
const directories = ['packages', 'services']
  .flatMap((group) => readdirSync(`${root}/${group}`).map((name) => `${group}/${name}`))
  .concat('e2e', 'grafana', 'prometheus', 'alertmanager', 'compose')
  .filter((directory) => existsSync(`${root}/${directory}/test`));

export default {
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  projects: directories.map((directory) => ({
    displayName: directory,
    rootDir: `${root}/${directory}`,
    testEnvironment: 'node',
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    transform: {}, // jest strips the types with Node itself
    extensionsToTreatAsEsm: ['.ts'],
  })),
};
