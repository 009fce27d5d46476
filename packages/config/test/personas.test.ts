import { describe, expect, test } from '@jest/globals';
import { CLUSTER, loadYaml } from './support/load-yaml.ts';

describe('personas', () => {
  test('miku exists by herself, with prompts for the common personalities and several texts in three languages', () => {
    const [miku, ...others] = loadYaml(CLUSTER).personas;
    expect(others).toEqual([]);
    expect(miku).toMatchObject({
      name: 'miku',
      path: '/api/miku/chat',
      defaultPersonality: 'deredere',
      history: 20,
      model: 'gpt-4o-mini',
    });
    expect(Object.keys(miku!.personalities)).toEqual([
      'deredere',
      'tsundere',
      'kuudere',
      'dandere',
      'yandere',
      'genki',
    ]);
    const { texts } = miku!;
    for (const language of ['en', 'ru', 'ja']) {
      expect(new Set(texts[language]).size).toBeGreaterThanOrEqual(5);
      for (const personality of Object.keys(miku!.personalities))
        expect(new Set(texts[`${language}.${personality}`]).size).toBeGreaterThanOrEqual(4);
    }
    expect(Object.keys(texts)).toHaveLength(3 * 7);
    for (const prompt of [miku!.system, ...Object.values(miku!.personalities)])
      expect(prompt.length).toBeGreaterThan(100);
  });

  test('what is configured is merged over the built-in texts', () => {
    const [miku, rin] = loadYaml(`
personas:
  miku: { system: "You are Miku.", personalities: { tsundere: "Grumpy.", chuuni: "Dramatic." }, texts: { en: ["Later!"] }, history: 5 }
  rin:
${CLUSTER}`).personas;
    expect(miku).toMatchObject({ system: 'You are Miku.', history: 5, texts: { en: ['Later!'] } });
    expect(miku!.personalities).toMatchObject({
      tsundere: 'Grumpy.',
      chuuni: 'Dramatic.',
      deredere: expect.stringContaining('affectionate'),
    });
    expect(miku!.texts.ja!.length).toBeGreaterThanOrEqual(5);
    expect(Object.keys(miku!.texts).filter((key) => key.startsWith('en'))).toEqual(['en']);
    expect(rin).toMatchObject({
      name: 'rin',
      path: '/api/rin/chat',
      system: expect.stringContaining('You are Rin,'),
    });
  });

  test('a text for one language and personality changes nothing else', () => {
    const [miku] = loadYaml(`
personas: { miku: { texts: { en.tsundere: ["Hmph!"], de: ["Gleich!"] } } }
${CLUSTER}`).personas;
    expect(miku!.texts).toMatchObject({ 'en.tsundere': ['Hmph!'], de: ['Gleich!'] });
    expect(miku!.texts['en.genki']!.length).toBeGreaterThanOrEqual(4);
    expect(miku!.texts.en!.length).toBeGreaterThanOrEqual(5);
  });

  test('a persona may speak through a cluster of either protocol', () => {
    const [miku] = loadYaml(`
clusters: { claude: { protocol: anthropic, endpoints: [{ name: a, base_url: "https://a" }] } }
routes: [{ model: claude-opus, cluster: claude }]
personas: { miku: { model: claude-opus } }
`).personas;
    expect(miku!.model).toBe('claude-opus');
  });

  test.each([
    [
      'the first exact name among the routes',
      'routes: [{ model: "gpt-*", cluster: main }, { model: llama, cluster: main }, { model: qwen, cluster: main }]',
      'llama',
    ],
    ['else a fallback model', 'routes: [{ model: "*", cluster: main, fallback_models: [mini] }]', 'mini'],
    ['else a common name', '', 'gpt-4o-mini'],
  ])('the model is %s', (_about, routes, model) => {
    const config = loadYaml(`${CLUSTER}\n${routes}`);
    expect(config.personas[0]!.model).toBe(model);
    expect(config.tagging.model).toBe(model === 'gpt-4o-mini' ? null : model);
  });

  test('the first exact name counts whatever its cluster speaks', () => {
    const config = loadYaml(`
clusters:
  claude: { protocol: anthropic, endpoints: [{ name: a, base_url: "https://a" }] }
  main: { endpoints: [{ name: a, base_url: "https://a", models: { small: vendor/small } }] }
routes:
  - { model: claude-opus, cluster: claude }
  - { model: gpt-4o, cluster: main }
`);
    expect(config.personas[0]!.model).toBe('claude-opus');
    expect(config.tagging.model).toBe('claude-opus');
  });
});
