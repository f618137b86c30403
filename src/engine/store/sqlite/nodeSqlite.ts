import type * as NodeSqlite from 'node:sqlite';
import process from 'node:process';

type EmitWarning = (warning: string | Error, ...rest: unknown[]) => void;

/**
 * Loads the runtime's own SQLite on first need. Its "experimental" warning would reach every user's
 * terminal, so that one kind of warning is left out, and only while the module loads.
 */
export function loadNodeSqlite(): typeof NodeSqlite {
  const target = process as { emitWarning: EmitWarning };
  const emitWarning = target.emitWarning.bind(process);
  const original = Reflect.get(process, 'emitWarning') as EmitWarning;
  target.emitWarning = (warning, ...rest) => {
    if (rest[0] !== 'ExperimentalWarning') {
      emitWarning(warning, ...rest);
    }
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    target.emitWarning = original;
  }
}
