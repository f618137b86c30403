import { commandIds } from '../commands/commandIds.ts';
import type { Workbench } from '../workbench.ts';
import { openDatabaseFolder } from '../workspace/openDatabaseFolder.ts';
import { ConnectPostgres } from './connectPostgres.ts';
import type { ConnectionStore } from './connectionStore.ts';
import { MoveMetrics } from './moveMetrics.ts';
import { RemoveConnection } from './removeConnection.ts';

/** Where metrics are stored, and moving them. */
export function contributeDatabase(workbench: Workbench, connections: ConnectionStore): void {
  const { commands, database, engine, folder, numbers } = workbench;
  const connectPostgres = new ConnectPostgres({ engine, connections, database, folder });
  const moveMetrics = new MoveMetrics({ engine, database, numbers });
  const removeConnection = new RemoveConnection(connections);
  commands.register(commandIds.connectPostgres, (given) => connectPostgres.run(given));
  commands.register(commandIds.moveToPostgres, (extent) => moveMetrics.run('postgres', extent));
  commands.register(commandIds.moveToSqlite, (extent) => moveMetrics.run('sqlite', extent));
  commands.register(commandIds.removeConnection, () => removeConnection.run());
  commands.register(commandIds.openDatabaseFolder, () => openDatabaseFolder(folder, database));
}
