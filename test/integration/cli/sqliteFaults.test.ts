import { describeFaults } from './faultsSuite.ts';
import { sqliteBackend } from './workspace.ts';

describeFaults(sqliteBackend);
