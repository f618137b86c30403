/** What a command needs before it can do anything: a folder, one on a local disk, or the user's trust in it. */
export type Need = 'folder' | 'localFolder' | 'trust';

/** Thrown where a step must come first. The user is told which, with a button that leads there. */
export class SetupNeeded extends Error {
  override readonly name = 'SetupNeeded';
  readonly need: Need;

  constructor(need: Need) {
    super(`A step must come first: ${need}.`);
    this.need = need;
  }
}
