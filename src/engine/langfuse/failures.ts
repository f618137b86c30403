import * as l10n from '@vscode/l10n';
import { EngineError } from '../errors.ts';

/** A final answer of the server: a success, or a refusal that no repetition would change. */
export interface Reply {
  readonly status: number;
  /** Parsed JSON; undefined when the body is something else, such as a page for people. */
  readonly json: unknown;
  /** Where a redirect points to. */
  readonly location: string | null;
}

/** The server's own words, for people: `message` of its error bodies, shortened. */
export function messageOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('message' in json) || typeof json.message !== 'string') {
    return null;
  }
  return json.message.slice(0, 300);
}

/** Turns a reply that is no success into what the user should read. */
export function refusal(reply: Reply, host: string, path: string): EngineError {
  const said = messageOf(reply.json);
  const detail = said === null ? `HTTP ${String(reply.status)}` : `HTTP ${String(reply.status)}: ${said}`;
  if (reply.status >= 300 && reply.status < 400) {
    return redirected(reply, host);
  }
  switch (reply.status) {
    case 401:
      return new EngineError('auth.invalid', l10n.t('{0} does not accept the Langfuse keys ({1}).', host, detail), {
        hint: l10n.t(
          'Keys belong to one region or server: check the base URL (EU, US, Japan, HIPAA or your own server) and both keys.',
        ),
      });
    case 403:
      return new EngineError(
        'auth.forbidden',
        l10n.t('{0} does not let these keys read {1} ({2}).', host, path, detail),
        {
          hint: l10n.t(
            'Use the keys of a project with type Full or Viewer; ingestion, scores-only and organisation keys cannot read.',
          ),
        },
      );
    case 404:
    case 405:
    case 410:
    case 501:
      return unsupported(host, path, detail);
    default:
      return new EngineError('langfuse.rejected', l10n.t('{0} rejected a request to {1} ({2}).', host, path, detail), {
        hint: l10n.t('Update this extension or report the message: Langfuse did not understand the request.'),
      });
  }
}

export function unsupported(host: string, path: string, detail: string): EngineError {
  return new EngineError('langfuse.unsupported', l10n.t('{0} does not serve {1} ({2}).', host, path, detail), {
    hint: l10n.t('Check the base URL: it must be that of a Langfuse server, version 3 or newer, or of Langfuse Cloud.'),
  });
}

/** Keys are never sent on to wherever a server points. */
function redirected(reply: Reply, host: string): EngineError {
  const target = reply.location !== null && URL.canParse(reply.location) ? new URL(reply.location).origin : null;
  const message =
    target === null
      ? l10n.t('{0} answers with a redirect (HTTP {1}), which is not followed.', host, reply.status)
      : l10n.t('{0} redirects to {1}; the keys are not sent there.', host, target);
  return new EngineError('langfuse.rejected', message, {
    hint: l10n.t('Set the base URL to the address that the server really has, if you trust it.'),
  });
}

/** Problems of certificates do not pass by themselves. */
const certificateCodes = /^(CERT_|ERR_TLS_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/;

export interface NetworkProblem {
  readonly error: EngineError;
  /** True when trying again cannot help. */
  readonly final: boolean;
  /** Short, for progress texts and the log. */
  readonly detail: string;
}

/** Reads what fetch throws: a TypeError whose cause chain knows more. */
export function networkProblem(error: unknown, host: string): NetworkProblem {
  const code = causeCode(error);
  const detail = code ?? innermostMessage(error);
  const final = code !== null && certificateCodes.test(code);
  const hint = final
    ? l10n.t('The server’s certificate is not trusted: add your organisation’s authority with NODE_EXTRA_CA_CERTS.')
    : l10n.t('Check the base URL, your network and, if you use one, the proxy.');
  return {
    error: new EngineError('langfuse.unreachable', l10n.t('{0} cannot be reached ({1}).', host, detail), {
      hint,
      cause: error,
    }),
    final,
    detail,
  };
}

/** fetch itself only says "fetch failed"; its cause says why ("bad port"). */
function innermostMessage(error: unknown): string {
  let at = error;
  for (let depth = 0; at instanceof Error && at.cause instanceof Error && depth < 5; depth += 1) {
    at = at.cause;
  }
  return at instanceof Error ? at.message : 'fetch';
}

function causeCode(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') {
      return at.code;
    }
  }
  return null;
}

/** The server kept failing until patience ran out. */
export function unavailable(host: string, path: string, detail: string, attempts: number): EngineError {
  return new EngineError(
    'langfuse.unavailable',
    l10n.t('{0} failed {1} times to answer {2} ({3}).', host, attempts, path, detail),
    { hint: l10n.t('Langfuse or a proxy before it has problems; the next export goes on where this one stopped.') },
  );
}

export function malformed(host: string, path: string, detail: string): EngineError {
  return new EngineError(
    'langfuse.malformed',
    l10n.t('{0} sent an unreadable answer to {1} ({2}).', host, path, detail),
    {
      hint: l10n.t('A proxy may change answers on their way; if not, update this extension.'),
    },
  );
}
