import { renameSync, symlinkSync, unlinkSync } from 'node:fs';

/** A folder that lies somewhere else for a while, with a link in its place. */
export interface LentFolder {
  /** Moves it back. */
  giveBack(): void;
}

/** Moves `folder` to `place`, on the same disk, so that a zygote which sees only `place` can show it to a program. */
export function lendFolder(folder: string, place: string): LentFolder {
  renameSync(folder, place);
  symlinkSync(place, folder);
  return {
    giveBack() {
      unlinkSync(folder);
      renameSync(place, folder);
    },
  };
}
