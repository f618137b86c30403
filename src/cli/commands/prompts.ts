import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { styleText } from 'node:util';
import { EngineError } from '../../engine/errors.ts';
import type { PromptUse } from '../../protocol/promptUses.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

export function addPromptsCommand(program: Command, cli: Cli): void {
  const prompts = program.command('prompts').description(l10n.t('Langfuse prompts in source code'));
  prompts
    .command('find')
    .description(l10n.t('list where source code uses Langfuse prompts; names and texts are compared with the database'))
    .argument('[path...]', l10n.t('files and folders (default: the workspace)'))
    .action(async (paths: readonly string[], _options: object, command: Command) => {
      const flags = command.optsWithGlobals<GlobalOptions>();
      const absolute = paths.map((given) => path.resolve(cli.workingDirectory, given));
      await requirePaths(absolute);
      const uses = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'prompts', needsKeys: false, timestamps: false }, ({ engine }) =>
          engine.findPromptUses(
            { paths: absolute, settings: { receivers: [], wrappers: [], promptFiles: [] } },
            signal,
          ),
        ),
      );
      if (flags.json) {
        printJson(cli, uses.map(toRow));
      } else {
        await printTable(cli, uses);
      }
      cli.finish(exitCodes.done);
    });
}

/** What `--json` prints of a use, and nothing more. */
interface Row {
  readonly file: string;
  /** From 0. */
  readonly line: number;
  readonly promptName: string;
  readonly version: number | null;
  readonly label: string | null;
  readonly via: string;
}

function toRow({ file, line, promptName, version, label, via }: PromptUse): Row {
  return { file, line, promptName, version, label, via };
}

async function requirePaths(paths: readonly string[]): Promise<void> {
  for (const file of paths) {
    if ((await stat(file).catch(() => null)) === null) {
      throw new EngineError('config.invalid', l10n.t('There is no file or folder {0}.', file));
    }
  }
}

async function printTable(cli: Cli, uses: readonly PromptUse[]): Promise<void> {
  if (uses.length === 0) {
    cli.diagnostics.line(l10n.t('No uses of Langfuse prompts were found.'));
    return;
  }
  const { formatTable } = await import('../formatTable.ts');
  // People and editors count lines from 1.
  const rows = uses.map((use) => [`${use.file}:${use.line + 1}`, use.promptName, choice(use), use.via] as const);
  const columns = [l10n.t('place'), l10n.t('prompt'), l10n.t('version or label'), l10n.t('found by')];
  cli.stdout.write(formatTable({ columns, rows, truncated: false }, styleText('dim', '—')));
}

function choice({ version, label, dynamic }: PromptUse): string | null {
  const parts = [
    ...(version === null ? [] : [`v${version}`]),
    ...(label === null ? [] : [label]),
    ...(dynamic.version || dynamic.label ? [l10n.t('chosen at run time')] : []),
  ];
  return parts.length === 0 ? null : parts.join(' · ');
}
