import { startPanel } from '../shared/panel.ts';
import { Comparison } from './comparison.ts';

startPanel((context) => new Comparison(context));
