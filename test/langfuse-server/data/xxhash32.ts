const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

/** ClickHouse's xxHash32 of the UTF-8 text: Langfuse orders rows of one millisecond by that of their trace id. */
export function xxHash32(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  let offset = 0;
  let hash: number;
  if (bytes.length >= 16) {
    const lanes = [(prime1 + prime2) | 0, prime2, 0, -prime1 | 0];
    for (; offset <= bytes.length - 16; offset += 16) {
      for (let lane = 0; lane < 4; lane++) {
        const input = bytes.readUInt32LE(offset + lane * 4);
        lanes[lane] = Math.imul(rotate((lanes[lane]! + Math.imul(input, prime2)) | 0, 13), prime1);
      }
    }
    hash = (rotate(lanes[0]!, 1) + rotate(lanes[1]!, 7) + rotate(lanes[2]!, 12) + rotate(lanes[3]!, 18)) | 0;
  } else {
    hash = prime5;
  }
  hash = (hash + bytes.length) | 0;
  for (; offset <= bytes.length - 4; offset += 4) {
    hash = Math.imul(rotate((hash + Math.imul(bytes.readUInt32LE(offset), prime3)) | 0, 17), prime4);
  }
  for (; offset < bytes.length; offset++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[offset]!, prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
