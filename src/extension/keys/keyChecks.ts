import * as l10n from '@vscode/l10n';
import { error, warning, type Finding } from '../quickInput/finding.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address as it is stored: without blanks and closing slashes. */
export function normalBaseUrl(text: string): string {
  return text.trim().replace(/\/+$/, '');
}

export function checkBaseUrl(text: string): Finding | null {
  const address = normalBaseUrl(text);
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return error(l10n.t('Enter an http or https address, such as https://langfuse.example.com.'));
  }
  if (url.username !== '' || url.password !== '') {
    return error(l10n.t('Leave user name and password out of the address.'));
  }
  if (url.protocol === 'http:' && !loopbackHosts.has(url.hostname)) {
    return warning(l10n.t('Over http your keys and data travel unencrypted.'));
  }
  return null;
}

/** Langfuse's own keys begin with pk-lf-; a self-hosted server may be given others. */
export function checkPublicKey(text: string): Finding | null {
  const key = text.trim();
  if (key === '') {
    return error(l10n.t('Enter the public key.'));
  }
  if (key.startsWith('sk-')) {
    return error(l10n.t('This is a secret key; the public key begins with pk-.'));
  }
  return key.startsWith('pk-') ? null : warning(l10n.t('Public keys usually begin with pk-.'));
}

export function checkSecretKey(text: string): Finding | null {
  const key = text.trim();
  if (key === '') {
    return error(l10n.t('Enter the secret key.'));
  }
  if (key.startsWith('pk-')) {
    return error(l10n.t('This is a public key; the secret key begins with sk-.'));
  }
  return key.startsWith('sk-') ? null : warning(l10n.t('Secret keys usually begin with sk-.'));
}
