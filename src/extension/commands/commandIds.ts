/** Every command of ours with the arguments it takes. package.json declares the same ones; a test compares. */
export const commandIds = {
  export: 'langfuseMetrics.export',
  exportRange: 'langfuseMetrics.exportRange',
  cancelExport: 'langfuseMetrics.cancelExport',
  startBackgroundExport: 'langfuseMetrics.startBackgroundExport',
  stopBackgroundExport: 'langfuseMetrics.stopBackgroundExport',
  setKeys: 'langfuseMetrics.setKeys',
  removeKeys: 'langfuseMetrics.removeKeys',
  connectPostgres: 'langfuseMetrics.connectPostgres',
  moveToPostgres: 'langfuseMetrics.moveToPostgres',
  moveToSqlite: 'langfuseMetrics.moveToSqlite',
  removeConnection: 'langfuseMetrics.removeConnection',
  openDatabaseFolder: 'langfuseMetrics.openDatabaseFolder',
  showLog: 'langfuseMetrics.showLog',
  refreshRuns: 'langfuseMetrics.refreshRuns',
  loadMoreRuns: 'langfuseMetrics.loadMoreRuns',
  showRunDetails: 'langfuseMetrics.showRunDetails',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];
