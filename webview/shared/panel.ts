import * as l10n from '@vscode/l10n';
import { Numbers } from '../../src/format/numbers.ts';
import { Times } from '../../src/format/times.ts';
import {
  actionNotification,
  dataChangedNotification,
  settingsNotification,
  targetNotification,
} from '../../src/protocol/panelMessages.ts';
import type { ActionParams, PanelSettings, PanelSetup, PanelState } from '../../src/protocol/panels.ts';
import { Host, type EditorApi } from './host.ts';

/** The editor gives it out once a document. */
declare function acquireVsCodeApi(): EditorApi;

/** How a panel writes quantities and moments: in the editor's language, in the time zone of the person's screen. */
export interface Writing {
  readonly language: string;
  readonly timeZone: string;
  readonly numbers: Numbers;
  readonly times: Times;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface PanelContext {
  readonly host: Host;
  readonly writing: Writing;
  /** Where the panel draws. */
  readonly root: HTMLElement;
  /** What the panel was opened about. */
  readonly target: unknown;
  /** What this panel kept with `keep` before it was hidden or the window was closed; null the first time. */
  readonly kept: PanelState | null;
  /** The time up to which the panel is to ask first; milliseconds since the epoch. */
  readonly openedAt: number;
  /** Keeps what `state` gives, within moments: of the calls meanwhile the last one counts. */
  keep(state: () => PanelState): void;
}

/** Milliseconds that a document may take to load. */
const justOpened = 10_000;
/** Milliseconds for which changes are gathered before they are kept. */
const keepDelay = 300;

/** What the extension tells a panel while it is shown. */
export interface PanelListener {
  settings(settings: PanelSettings): void;
  dataChanged(): void;
  target(target: unknown): void;
  action(action: ActionParams): void;
}

/** Makes the panel of this document: reads what the document was born with, sets the language, connects. */
export function startPanel(create: (context: PanelContext) => PanelListener): void {
  const api = acquireVsCodeApi();
  const setup = JSON.parse(document.body.dataset.setup ?? 'null') as PanelSetup;
  if (setup.translations !== null) {
    l10n.config({ contents: setup.translations });
  }
  const root = document.createElement('div');
  root.className = 'panel';
  document.body.append(root);
  const host = new Host(api, window);
  const kept = (api.getState() as PanelState | undefined) ?? null;
  const times = new Times(setup.language);
  const listener = create({
    host,
    writing: {
      language: setup.language,
      timeZone: times.timeZone,
      numbers: new Numbers(setup.language),
      times,
      now: () => Date.now(),
    },
    root,
    target: setup.target,
    kept,
    openedAt: firstMoment(setup, kept, Date.now()),
    keep: keeper((state) => api.setState(state)),
  });
  host.on(settingsNotification, (settings) => listener.settings(settings));
  host.on(dataChangedNotification, () => listener.dataChanged());
  host.on(targetNotification, ({ target }) => listener.target(target));
  host.on(actionNotification, (action) => listener.action(action));
}

/** A document that the editor makes anew, or that waited for a computer asleep, is about the time when it starts. */
function firstMoment({ openedAt }: PanelSetup, kept: PanelState | null, now: number): number {
  return kept === null && Math.abs(now - openedAt) < justOpened ? openedAt : now;
}

/** Not put off by changes that keep coming: an editor that hides the panel ends its document without a word. */
function keeper(write: (state: PanelState) => void): PanelContext['keep'] {
  let latest: (() => PanelState) | null = null;
  return (state) => {
    if (latest === null) {
      setTimeout(() => {
        const make = latest;
        latest = null;
        if (make !== null) {
          write(make());
        }
      }, keepDelay);
    }
    latest = state;
  };
}
