import { type SqlBool, sql } from 'kysely';

/** Whether a row of `posts` has tags, however the column holds them: empty JSON, an empty array and nothing are none. */
export const tagsExist = sql<SqlBool>`(tags is not null and trim(cast(tags as text)) not in ('', '[]', '{}', 'null'))`;
