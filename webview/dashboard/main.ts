import { startPanel } from '../shared/panel.ts';
import { Dashboard } from './dashboard.ts';

startPanel((context) => new Dashboard(context));
