import type { AskParams } from '../../protocol/panels.ts';

/** When and where a panel is opened. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timeZone: string;
}

/** What distinguishes one kind of panel from the others. */
export interface PanelKind<Target> {
  /** The folder in webview/ and the name of its bundles. */
  readonly name: string;
  /** What the editor remembers it by between sessions; also an activation event in package.json. */
  readonly viewType: `langfuseMetrics.${string}`;
  /** Scripts beside its own that its document imports at once: the names of bundles. */
  readonly preloads?: readonly string[];
  /** Opens beside the editor, which keeps the focus. */
  readonly beside?: true;
  /** What its tab is called until the document knows better. */
  title(target: Target): string;
  /** The document says the title: the one of before stands until then. */
  readonly titledByDocument?: true;
  /** Targets with the same key share one panel. */
  key(target: Target): string;
  /** What the document of a panel that was just opened will ask first. */
  firstAsked?(target: Target, opening: Opening): readonly AskParams[];
  /** What the editor kept or a command was given, as a target; null when it is none. */
  readTarget(value: unknown): Target | null;
}
