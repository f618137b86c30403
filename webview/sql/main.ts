import { startPanel } from '../shared/panel.ts';
import { SqlPanel } from './sqlPanel.ts';

startPanel((context) => new SqlPanel(context));
