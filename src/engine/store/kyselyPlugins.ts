import { HandleEmptyInListsPlugin, replaceWithNoncontingentExpression, type KyselyPlugin } from 'kysely';

/** What both backends' query builders share: `IN ()` holds for nothing everywhere, where PostgreSQL knows no such SQL. */
export const kyselyPlugins: KyselyPlugin[] = [
  new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression }),
];
