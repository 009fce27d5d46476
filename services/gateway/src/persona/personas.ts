import type { Config, Persona } from '@holdfast/config/types';
import type { Language } from './language-of.ts';
import { personalityFinder } from './personality-names.ts';

/** A persona made ready for requests. */
export interface PersonaRuntime {
  readonly persona: Persona;
  /** The personality of that name in any spelling, else the default one. */
  personality(name: unknown): string;
  /** What may be said when there is no answer; at least one text. */
  texts(language: Language, personality: string): readonly string[];
}

/** Finds the persona at a request target, by exact path; made anew when the configuration is another one. */
export function createPersonaTable(): (config: Config, target: string) => PersonaRuntime | undefined {
  let compiled: Config | null = null;
  let table = new Map<string, PersonaRuntime>();
  return (config, target) => {
    if (compiled !== config) {
      compiled = config;
      table = new Map(config.personas.map((persona) => [persona.path, compile(persona)]));
    }
    const query = target.indexOf('?');
    return table.get(query < 0 ? target : target.slice(0, query));
  };
}

function compile(persona: Persona): PersonaRuntime {
  const find = personalityFinder(Object.keys(persona.personalities));
  const { texts } = persona;
  return {
    persona,
    personality: (name) => find(name) ?? persona.defaultPersonality,
    texts: (language, personality) =>
      texts[`${language}.${personality}`] ??
      texts[language] ??
      texts[`en.${personality}`] ??
      texts.en ??
      Object.values(texts)[0]!,
  };
}
