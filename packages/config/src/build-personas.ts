import { cannedTexts } from './built-in-persona-texts.ts';
import * as builtIn from './built-in-personas.ts';
import type { ParsedConfig } from './schema.ts';
import type { Persona } from './types.ts';

/** The configured personas over the built-in texts, and miku even if nobody configured her. */
export function buildPersonas(configured: ParsedConfig['personas'], defaultModel: string | null): Persona[] {
  return Object.entries({ miku: {}, ...configured }).map(([name, persona]) =>
    buildPersona(name, persona, defaultModel),
  );
}

function buildPersona(
  name: string,
  persona: ParsedConfig['personas'][string],
  defaultModel: string | null,
): Persona {
  const displayName = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    name,
    path: persona.path ?? `/api/${name}/chat`,
    model: persona.model ?? defaultModel ?? builtIn.DEFAULT_MODEL,
    system: persona.system ?? builtIn.companionSystem(displayName),
    personalities: { ...builtIn.personalities, ...persona.personalities },
    defaultPersonality: persona.default_personality ?? builtIn.DEFAULT_PERSONALITY,
    history: persona.history ?? builtIn.DEFAULT_HISTORY,
    texts: withBuiltInTexts(persona.texts ?? {}),
  };
}

/** Texts configured for a language stand in for all that is built in for it, those of single personalities included. */
function withBuiltInTexts(configured: Persona['texts']): Persona['texts'] {
  const kept = Object.entries(cannedTexts).filter(([key]) => !Object.hasOwn(configured, key.split('.')[0]!));
  return { ...Object.fromEntries(kept), ...configured };
}
