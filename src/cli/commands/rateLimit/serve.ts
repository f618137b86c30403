import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { Cli, GlobalOptions } from '../../cli.ts';
import { exitCodes } from '../../exitCodes.ts';
import { withLimiter } from './withLimiter.ts';

export function addLimiterServeCommand(group: Command, cli: Cli): void {
  group
    .command('serve')
    .description(l10n.t('answer one JSON object a line on stdin with one on stdout, until stdin ends'))
    .requiredOption('--stdio', l10n.t('over stdin and stdout'))
    .action(async (_options: object, serve: Command) => {
      const flags = serve.optsWithGlobals<GlobalOptions>();
      const { serveLines } = await import('./serveLines.ts');
      await cli.untilInterrupted((signal) =>
        withLimiter(cli, flags, (limiter) => serveLines(limiter, cli.stdin, cli.stdout, signal)),
      );
      cli.finish(exitCodes.done);
    });
}
