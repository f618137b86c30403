import * as l10n from '@vscode/l10n';

/** What a success was judged by, in words. @param source as in success_source of the database */
export function successSourceText(source: string): string {
  if (source.startsWith('score:')) {
    return l10n.t('score {0}', source.slice('score:'.length));
  }
  switch (source) {
    case 'level':
      return l10n.t('no step with an error');
    case 'recorded':
      return l10n.t('as recorded');
    default:
      return source;
  }
}
