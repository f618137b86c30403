import { startPanel } from '../shared/panel.ts';
import { TracePanel } from './tracePanel.ts';

startPanel((context) => new TracePanel(context));
