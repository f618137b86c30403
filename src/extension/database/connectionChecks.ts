import * as l10n from '@vscode/l10n';
import { error, type Finding } from '../quickInput/finding.ts';

export interface ServerAddress {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

const defaultPort = 5432;

/** As the engine asks for it, so that its own message, which names no input box, is not needed. */
export function checkConnectionString(text: string): Finding | null {
  const address = text.trim();
  return /^postgres(ql)?:\/\//.test(address) && URL.canParse(address)
    ? null
    : error(l10n.t('Enter an address such as postgres://user:password@host:5432/database.'));
}

/** Reads `host`, `host:port`, `[IPv6]:port` or the folder of a Unix socket; null when it is none. */
export function parseAddress(text: string): ServerAddress | null {
  const address = text.trim();
  if (address.startsWith('/')) {
    return { host: address, port: defaultPort };
  }
  const [, host, port = String(defaultPort)] = /^(\[[\da-f:.]+\]|[^\s/:@?#[\]]+)(?::(\d{1,5}))?$/i.exec(address) ?? [];
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? null
    : { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

export function checkAddress(text: string): Finding | null {
  return parseAddress(text) === null
    ? error(l10n.t('Enter a host, such as db.example.com or db.example.com:5433.'))
    : null;
}

/** A connection string has no way to write the two characters that would end the name. */
export function checkDatabase(text: string): Finding | null {
  return /[?#]/.test(text) ? error(l10n.t('Enter a name without ? and #.')) : checkName(text);
}

export function checkName(text: string): Finding | null {
  return text.trim() === '' ? error(l10n.t('Enter a name.')) : null;
}
