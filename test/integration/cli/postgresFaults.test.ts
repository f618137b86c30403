import { describeFaults } from './faultsSuite.ts';
import { postgresBackend } from './workspace.ts';

describeFaults(postgresBackend);
