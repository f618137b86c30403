import type { TraceFilter } from './browse.ts';
import type { QuestionName } from './questions.ts';
import type { Scope, TimeRange } from './scope.ts';
import type { QueryOrigin } from './sql.ts';

/**
 * What a panel's document in the browser and the extension say to each other; the messages themselves
 * are in panelMessages.ts. The extension trusts nothing that comes from a document: question
 * parameters are validated by the engine, everything else where it is received.
 */

/** Every message is wrapped: a document that was hidden and drawn anew is another session, and must not hear answers to the one before. */
export interface PanelEnvelope {
  /** Chosen by the document. */
  readonly session: string;
  readonly message: unknown;
}

/** What a document is born with, as JSON in the attribute `data-setup` of its body. */
export interface PanelSetup {
  /** The editor's language, such as "en" or "fr". */
  readonly language: string;
  /** The translations of that language; null for English. */
  readonly translations: Readonly<Record<string, string>> | null;
  /** What the panel is about, of the type that its kind says. */
  readonly target: unknown;
  /** When the panel was opened, milliseconds since the epoch: what the extension sought meanwhile is about the time up to then. */
  readonly openedAt: number;
}

/** What a document hands to the editor to keep. The document reads it again, and the extension does to restore the panel. */
export interface PanelState {
  readonly target: unknown;
  /** Scope, order, folds, and the last answers, which are painted first. */
  readonly view: unknown;
}

/** What the dashboard is to show first; null: what it showed last. */
export interface DashboardTarget {
  readonly scope: Scope | null;
}

/** The prompt whose versions are to be compared. */
export interface ComparisonTarget {
  readonly projectId: string;
  readonly prompt: string;
  /** The baseline first, the one to judge last; one: that against its baseline; none: what the panel showed last, or chooses. */
  readonly versions: readonly number[];
  /** Goes to the failing runs. */
  readonly failures: boolean;
}

/** A trace, with one of its observations chosen or none. */
export interface TraceTarget {
  readonly projectId: string;
  readonly traceId: string;
  readonly observationId: string | null;
}

export interface AskParams {
  readonly question: QuestionName;
  readonly params: unknown;
}

/** The commands that a document may run; they take no arguments. */
export const panelCommands = [
  'langfuseMetrics.export',
  'langfuseMetrics.setKeys',
  'langfuseMetrics.connectPostgres',
  'langfuseMetrics.openDatabaseFolder',
  'langfuseMetrics.showLog',
  'langfuseMetrics.comparePromptVersions',
] as const;
export type PanelCommand = (typeof panelCommands)[number];

/** What a document may have the editor open, by name. */
export interface PanelLinks {
  readonly trace: TraceTarget;
  /** The same in Langfuse's own pages. */
  readonly langfuse: TraceTarget;
  /** The row as it is in the database, in a document. */
  readonly sourceRow: TraceTarget;
  /** A rating: asks for a comment, then sends it. */
  readonly rating: TraceTarget & { readonly good: boolean };
  /** The tree of traces, with this filter. */
  readonly traces: TraceFilter;
  readonly promptComparison: { readonly projectId: string; readonly prompt: string; readonly version: number | null };
  /** The texts of two versions in the editor's own diff, the first on the left. */
  readonly promptDiff: {
    readonly projectId: string;
    readonly prompt: string;
    readonly versions: readonly [number, number];
  };
  /** The page of a prompt's version in Langfuse. */
  readonly promptInLangfuse: { readonly projectId: string; readonly prompt: string; readonly version: number };
  /** A query document. */
  readonly sql: { readonly sql: string };
  /** The place in a query document that a statement's answer points at. */
  readonly queryText: QueryOrigin;
  /** An export of what started in this range. */
  readonly exportRange: TimeRange;
  /** A setting of ours, by its whole name. */
  readonly setting: { readonly name: string };
}
export type OpenParams = {
  readonly [Link in keyof PanelLinks]: { readonly link: Link; readonly target: PanelLinks[Link] };
}[keyof PanelLinks];

export interface PickItem {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly picked?: boolean;
}
export interface PickParams {
  readonly title: string;
  readonly placeholder: string;
  readonly items: readonly PickItem[];
  readonly many: boolean;
}

export interface SaveParams {
  /** A file name whose extension says what it is. */
  readonly name: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

/** How many colours models share; a chart shows at most so many models by name. */
export const modelColourCount = 5;

export interface ColoursParams {
  readonly projectId: string | null;
  /** Those that are shown together, most important first, at most `modelColourCount`. */
  readonly models: readonly string[];
}
/** The colour of each model, from 0; given at first sight and kept. */
export type ModelColourNumbers = Readonly<Record<string, number>>;

/** What a panel depends on that may change while it is open. */
export interface PanelSettings {
  /** Keys without Ctrl or ⌘ do something. */
  readonly singleKeys: boolean;
  /** Langfuse keys are stored for the folder. */
  readonly hasKeys: boolean;
}

/** What palette and context menus ask of the panel in front; its keys do the same. */
export const panelActions = [
  'addFilter',
  'clearFilters',
  'toggleTable',
  'compare',
  'openAsSql',
  'copyTable',
  'saveCsv',
  'saveImage',
] as const;
export type PanelAction = (typeof panelActions)[number];

export interface ActionParams {
  readonly action: PanelAction;
  /** Which part of the panel the context menu was opened on (`metricsPart` of its data-vscode-context); null from the palette. */
  readonly part: string | null;
}
