import { corruptError, foreignError } from './databaseErrors.ts';

/** "LFMx" in the header's application id says that the file is ours (sqlite.org/fileformat2.html, section 1.3). */
export const applicationId = 0x4c464d78;

const magic = Buffer.from('SQLite format 3\0', 'latin1');
const headerBytes = 100;

/**
 * Checks from its header that these bytes are a whole database of ours, and marks them as one that
 * keeps no write-ahead log (another program may have switched it on), which sql.js could not open.
 * @throws EngineError database.foreign or database.corrupt
 */
export function checkHeader(bytes: Buffer, path: string): void {
  const start = bytes.subarray(0, magic.length);
  if (!start.equals(magic.subarray(0, start.length))) {
    throw foreignError(path);
  }
  if (bytes.length < headerBytes) {
    throw corruptError(path);
  }
  if (bytes.readUInt32BE(68) !== applicationId) {
    throw foreignError(path);
  }
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
  if (bytes.readUInt32BE(28) * pageSize !== bytes.length) {
    throw corruptError(path);
  }
  bytes.writeUInt8(1, 18);
  bytes.writeUInt8(1, 19);
}
