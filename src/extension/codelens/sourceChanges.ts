import * as vscode from 'vscode';

/** Files whose exports other files may use. */
const programs = '**/*.{py,pyi,js,jsx,mjs,cjs,ts,tsx,mts,cts}';
/** A checkout changes many files at once. */
const settleMilliseconds = 500;

/** Collects which programs of the workspace changed on disk, until somebody asks. */
export class SourceChanges implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watcher = vscode.workspace.createFileSystemWatcher(programs);
  readonly #subscriptions: vscode.Disposable;
  readonly #files = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChange = this.#changed.event;

  constructor() {
    const note = (uri: vscode.Uri): void => this.#note(uri);
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#watcher,
      this.#watcher.onDidCreate(note),
      this.#watcher.onDidChange(note),
      this.#watcher.onDidDelete(note),
      // Sooner than the watcher, and also where a file system tells nothing.
      vscode.workspace.onDidSaveTextDocument(({ uri }) => note(uri)),
    );
  }

  /** The files since the last call, named from the workspace's folder. */
  take(): readonly string[] {
    const files = [...this.#files];
    this.#files.clear();
    return files;
  }

  dispose(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#subscriptions.dispose();
  }

  #note(uri: vscode.Uri): void {
    this.#files.add(vscode.workspace.asRelativePath(uri, false));
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => this.#changed.fire(), settleMilliseconds);
  }
}
