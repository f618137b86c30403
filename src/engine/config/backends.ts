/** Where metrics can be stored. */
export const databaseBackends = ['sqlite', 'postgres'] as const;
export type DatabaseBackend = (typeof databaseBackends)[number];

/** The sslmodes of libpq that have one meaning in every client. */
export const sslModes = ['disable', 'require', 'verify-full'] as const;
