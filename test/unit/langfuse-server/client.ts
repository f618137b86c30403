import type { LangfuseServer } from '../../langfuse-server/server.ts';

export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly traceId: string };

export const allFields = 'core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context';

export function authorization({ publicKey, secretKey }: Pick<LangfuseServer, 'publicKey' | 'secretKey'>): string {
  return `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`;
}

export function get(server: LangfuseServer, target: string): Promise<Response> {
  return fetch(`${server.url}/api/public/${target}`, { headers: { authorization: authorization(server) } });
}

export interface Walk {
  readonly rows: readonly Row[];
  readonly pages: readonly number[];
}

/** Walks v2/observations to exhaustion; stops only when no cursor comes. */
export async function walk(server: LangfuseServer, parameters: Readonly<Record<string, string>>): Promise<Walk> {
  const rows: Row[] = [];
  const pages: number[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ ...parameters, ...(cursor === undefined ? {} : { cursor }) });
    const response = await get(server, `v2/observations?${query.toString()}`);
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { data: Row[]; meta: { cursor?: string } };
    rows.push(...page.data);
    pages.push(page.data.length);
    cursor = page.meta.cursor;
  } while (cursor !== undefined);
  return { rows, pages };
}

export function keyOf({ traceId, id }: Row): string {
  return JSON.stringify([traceId, id]);
}
